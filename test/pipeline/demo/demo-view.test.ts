import { stripVTControlCharacters, styleText } from 'node:util'
import { describe, expect, test } from 'vitest'
import type { DemoTally, WindowTally } from '../../../pipeline/demo/demo-tally.ts'
import { demoView } from '../../../pipeline/demo/demo-view.ts'
import type { Paint } from '../../../pipeline/demo/paint-line.ts'
import { alertSchema } from '../../../schemas/alert.ts'
import { decisionSchema } from '../../../schemas/decision.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

const START_MS = Date.parse('2026-11-20T10:00:00.000Z')
const LONG =
  'a reason that goes on and on, much longer than any terminal that it is shown on has columns for, '

const rule = ruleSchema.parse({
  rule_id: 'buying-spree',
  name: 'Buying spree',
  event_types: ['trade.signal'],
  rule_config: {
    rule_type: 'llm',
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 },
  },
})

const decision = decisionSchema.parse({
  decision_id: 'd',
  rule_id: 'buying-spree',
  rule_version: 1,
  rule_type: 'llm',
  key: 'BTCUSDT',
  trigger_mode: 'batch',
  closed_by: 'size',
  event_count: 5,
  events: [],
  work_partition: 0,
  repeats: [],
  format: 1,
  opened_at: '2026-11-20T10:00:05.000Z',
  closed_at: '2026-11-20T10:00:14.000Z',
  decided_at: '2026-11-20T10:00:14.000Z',
  outcome: 'triggered',
  confidence: 0.9,
  reason: LONG.repeat(3),
  error: null,
  model: 'simulated',
  model_id: 'simulated',
  attempts: 1,
  cache: 'miss',
  tokens: { input: 1, output: 1 },
  cost_usd: 0,
  waited_ms: { window: 0, queue: 0, call: 0 },
})

const alert = alertSchema.parse({
  alert_id: 'd',
  rule_id: 'buying-spree',
  rule_version: 1,
  rule_name: 'Buying spree',
  rule_type: 'llm',
  trigger_mode: 'batch',
  key: 'BTCUSDT',
  priority: 100,
  confidence: 0.9,
  reason: LONG.repeat(3),
  raised_at: '2026-11-20T10:00:14.000Z',
  event_count: 5,
  event_ids: [],
  events: [],
  events_omitted: 5,
  model: 'simulated',
})

function open(key: string, change: Partial<WindowTally> = {}): WindowTally {
  return {
    ruleId: 'buying-spree',
    key,
    mode: 'batch',
    count: 2,
    sizeMax: 5,
    openedAtMs: START_MS,
    dueMs: START_MS + 30_000,
    decided: false,
    ...change,
  }
}

function tally(windows: readonly WindowTally[] = [open('BTCUSDT')], many = 20): DemoTally {
  return {
    arrived: new Map([['trade.signal', 12_345_678]]),
    rules: new Map([['buying-spree', { rule, evaluated: 12, passed: 7, alerts: 2 }]]),
    windows: new Map(windows.map(window => [window.key, window])),
    calls: 3,
    tokens: { input: 1000, output: 100 },
    costUsd: 0.00123,
    decisions: Array.from({ length: many }, () => decision),
    alerts: Array.from({ length: many }, () => alert),
  }
}

const plain: Paint = (_style, text) => text
const coloured: Paint = (style, text) => styleText(style, text, { validateStream: false })

function view(of: DemoTally, { columns = 80, rows = 24, paint = plain, nowMs = START_MS + 10_000 } = {}) {
  return demoView(of, { columns, rows, paint, nowMs, startMs: START_MS, endMs: START_MS + 60_000, speed: 15 })
}

describe('demoView', () => {
  test.each([
    [80, 24],
    [120, 40],
    [60, 18],
    [20, 5],
    [300, 200],
  ])('fits into %i columns and %i rows, in colours as without', (columns, rows) => {
    const lines = view(tally(), { columns, rows })
    expect(lines.length).toBeLessThanOrEqual(rows)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns)
    const painted = view(tally(), { columns, rows, paint: coloured })
    expect(painted.map(stripVTControlCharacters)).toEqual(lines)
    expect(painted).not.toEqual(lines)
  })

  test('uses all rows of a small terminal', () => {
    expect(view(tally())).toHaveLength(24)
  })

  test('shows how full a window is and when it closes', () => {
    expect(view(tally())).toContainEqual(
      expect.stringMatching(/buying-spree +BTCUSDT +█{7}░{11} +2 of 5 events +closes in 20 s/),
    )
  })

  test('fills the bar of a window without a size by its time', () => {
    const window = open('web-1', { mode: 'interval', sizeMax: null, count: 1 })
    expect(view(tally([window]), { nowMs: START_MS + 15_000 })).toContainEqual(
      expect.stringMatching(/web-1 +█{9}░{9} +1 event +tick in 15 s/),
    )
  })

  test.each([
    ['full', open('BTCUSDT', { count: 5 }), START_MS],
    ['due', open('BTCUSDT'), START_MS + 30_000],
  ])('says that the model is asked about a window that is %s', (_, window, nowMs) => {
    expect(view(tally([window]), { nowMs })).toContainEqual(expect.stringContaining('asking the model'))
  })

  test('leaves out a window that is decided', () => {
    expect(view(tally([open('BTCUSDT', { decided: true })], 0)).join('\n')).not.toContain('BTCUSDT')
  })

  test('keeps what is below the windows in its place, however many there are', () => {
    const windows = Array.from({ length: 9 }, (_, index) => open(`K${index}`))
    const titleOf = (of: DemoTally) => view(of).findIndex(line => line.includes('MODEL'))
    expect(titleOf(tally(windows))).toBe(titleOf(tally([])))
    expect(view(tally(windows))).toContainEqual(expect.stringContaining('and 5 more'))
  })

  test('shows what the model was asked and what it said', () => {
    const text = view(tally()).join('\n')
    expect(text).toContain('10:00:14 asked: buying-spree BTCUSDT, 5 events, window full')
    expect(text).toContain('said:  yes 0.90: a reason that goes on')
    expect(text).toContain('…')
  })
})
