import type { Decision } from '../../../schemas/decision.ts'

/** When the events of a decision arrived. */
export const DECIDED_ARRIVED_MS = Date.parse('2026-11-20T10:00:00.000Z')

/** A decision of the journal over work offsets; the last of them may be repeats. */
export function decisionRecord(
  offsets: readonly number[],
  more: Partial<Decision> = {},
  repeated: readonly number[] = [],
): string {
  const decision: Decision = {
    decision_id: 'id',
    rule_id: 'rule',
    rule_version: 1,
    rule_type: 'llm',
    key: 'key',
    trigger_mode: 'realtime',
    closed_by: 'event',
    event_count: offsets.length,
    events: offsets.map(offset => ({
      event_id: `event-${offset}`,
      event_type: 'type',
      timestamp: '2026-11-20T10:00:00.000Z',
      topic: 'events',
      partition: 0,
      offset: `${offset}`,
      work_id: `work-${offset}`,
      work_offset: `${offset}`,
      arrived_at: new Date(DECIDED_ARRIVED_MS).toISOString(),
    })),
    work_partition: 0,
    repeats: repeated.map(offset => ({ work_id: `work-${offset}`, work_offset: `${offset}` })),
    format: 1,
    opened_at: '2026-11-20T10:00:00.000Z',
    closed_at: '2026-11-20T10:00:00.000Z',
    decided_at: '2026-11-20T10:00:00.000Z',
    outcome: 'not_triggered',
    confidence: 0.5,
    reason: '',
    error: null,
    model: 'fast',
    model_id: 'm',
    question_hash: null,
    attempts: 1,
    cache: 'miss',
    budget: null,
    tokens: { input: 1, output: 1 },
    cost_usd: 0,
    waited_ms: { window: 0, queue: 0, call: 0 },
    ...more,
  }
  return JSON.stringify(decision)
}
