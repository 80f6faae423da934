import type { HeldWork } from '../../operators/windows/window.ts'
import type { ClosedWindow } from '../../operators/windows/window.ts'
import type { Event } from '../../schemas/event.ts'
import { type Rule, ruleSchema } from '../../schemas/rule.ts'

export const WINDOW_MS = Date.parse('2026-11-20T10:00:00.000Z')

export interface ClosedWindowOptions {
  /** A rule as in a file; null for one that is gone. */
  readonly rule?: unknown
  readonly key?: string
  /** Data of its events, one each. */
  readonly data?: readonly Readonly<Record<string, unknown>>[]
  /** Work offset of the first; the others follow. */
  readonly offset?: number
  readonly closedBy?: ClosedWindow['closedBy']
}

/** A rule in plain language, realtime unless `llm` says otherwise. */
export function plainRule(llm: Readonly<Record<string, unknown>> = {}): unknown {
  return {
    rule_id: 'plain',
    name: 'Plain',
    event_types: ['trade.signal'],
    rule_config: { rule_type: 'llm', llm_config: { description: 'Large buys in a row', ...llm } },
  }
}

/** A window whose events arrived one second after another. */
export function closedWindow(options: ClosedWindowOptions = {}): ClosedWindow {
  const { key = 'BTCUSDT', data = [{ volume: 1 }], offset = 40, closedBy = 'event' } = options
  const rule = options.rule === null ? null : ruleSchema.parse(options.rule ?? plainRule())
  const held = data.map((item, n) => heldWork({ rule, key, data: item, offset: offset + n, n }))
  const closedAtMs = WINDOW_MS + (data.length - 1) * 1000
  return { kind: 'window', rule, ruleId: 'plain', key, held, openedAtMs: WINDOW_MS, closedAtMs, closedBy }
}

interface HeldWorkFacts {
  readonly rule: Rule | null
  readonly key: string
  readonly data: Readonly<Record<string, unknown>>
  readonly offset: number
  readonly n: number
}

function heldWork({ rule, key, data, offset, n }: HeldWorkFacts): HeldWork {
  const event: Event = {
    event_id: `e-${offset}`,
    event_type: 'trade.signal',
    source: 'exchange-a',
    timestamp: new Date(WINDOW_MS - 5000 + n).toISOString(),
    context_key: key,
    data,
  }
  const work = {
    work_id: `w-${offset}`,
    rule_id: 'plain',
    rule_type: rule?.rule_config.rule_type ?? 'llm',
    rule_version: 7,
    rules_offset: '0',
    key,
    event,
    source: { topic: 'signals', partition: 3, offset: `${1000 + offset}`, timestamp: WINDOW_MS - 100 },
  } as const
  const text = JSON.stringify(work)
  const place = { ruleId: 'plain', key, offset, arrivedAtMs: WINDOW_MS + n * 1000 }
  return { kind: 'work', ...place, text, headers: {}, bytes: Buffer.byteLength(text), rule, work: null }
}
