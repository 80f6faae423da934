import { type Decision, decisionSchema } from '../../../../schemas/decision.ts'

/** When work offset 0 arrived; each later one came a second after. */
export const FIRST_ARRIVED_MS = Date.parse('2026-11-20T10:00:00.000Z')

/** The time so many seconds after the first arrival. */
function at(seconds: number): string {
  return new Date(FIRST_ARRIVED_MS + seconds * 1000).toISOString()
}

/** A decision of the rule `spree` on the key `BTC` over work offsets, closed by size with the last of them. */
export function decisionOf(offsets: readonly number[], more: Partial<Decision> = {}): Decision {
  const { rule_id = 'spree', key = 'BTC' } = more
  const last = offsets.at(-1) ?? 0
  return decisionSchema.parse({
    decision_id: `${rule_id}|${key}|${offsets.join(',')}|${more.rule_version ?? 1}`,
    rule_id,
    rule_version: 1,
    rule_type: 'llm',
    key,
    trigger_mode: 'batch',
    closed_by: 'size',
    event_count: offsets.length,
    events: offsets.map(offset => ({
      event_id: `e-${offset}`,
      event_type: 'trade.signal',
      timestamp: at(offset),
      topic: 'signals',
      partition: 0,
      offset: `${offset}`,
      work_id: `${rule_id}-${offset}`,
      work_offset: `${offset}`,
      arrived_at: at(offset),
    })),
    work_partition: 0,
    repeats: [],
    format: 1,
    opened_at: at(offsets[0] ?? 0),
    closed_at: at(last),
    decided_at: at(last),
    outcome: 'triggered',
    confidence: 0.9,
    reason: 'spree',
    error: null,
    model: 'fast',
    model_id: 'm',
    question_hash: `question ${offsets.join(',')}`,
    attempts: 1,
    cache: 'miss',
    tokens: { input: 100, output: 10 },
    cost_usd: 0.5,
    waited_ms: { window: 0, queue: 0, call: 0 },
    ...more,
  })
}
