import { type Decision, decisionSchema } from '../../../schemas/decision.ts'

/** A decision of a batch of five, with what is given in place of what it has. */
export function decisionOf(more: Partial<Decision> = {}): Decision {
  return decisionSchema.parse({
    decision_id: '5f1c',
    rule_id: 'spree',
    rule_version: 3,
    rule_type: 'llm',
    key: 'BTCUSDT',
    trigger_mode: 'batch',
    closed_by: 'size',
    event_count: 5,
    events: [],
    work_partition: 0,
    repeats: [],
    format: 1,
    opened_at: '2026-11-20T10:00:00.000Z',
    closed_at: '2026-11-20T10:00:12.000Z',
    decided_at: '2026-11-20T10:00:13.000Z',
    outcome: 'not_triggered',
    confidence: 0.8,
    reason: 'no direction',
    error: null,
    model: 'fast',
    model_id: 'gpt-4o-mini',
    attempts: 1,
    cache: 'miss',
    tokens: { input: 400, output: 30 },
    cost_usd: 0.000078,
    waited_ms: { window: 12_000, queue: 3, call: 640 },
    ...more,
  })
}
