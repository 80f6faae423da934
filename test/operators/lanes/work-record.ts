import type { LogRecord } from '../../../operators/lanes/lane.ts'
import type { Work } from '../../../schemas/work.ts'

export interface WorkFacts {
  readonly offset: number
  readonly atMs?: number
  readonly ruleId?: string
  readonly key?: string
  readonly eventId?: string
  readonly workId?: string
  readonly rulesOffset?: string
}

/** One event that passed a rule; what is not named follows from the offset. */
export function workOf({ offset, ruleId = 'rule', key = 'key', ...facts }: WorkFacts): Work {
  const { eventId = `event-${offset}`, workId = `work-${offset}`, rulesOffset = '0' } = facts
  return {
    work_id: workId,
    rule_id: ruleId,
    rule_type: 'llm',
    rule_version: 1,
    rules_offset: rulesOffset,
    key,
    event: {
      event_id: eventId,
      event_type: 'type',
      source: 'source',
      timestamp: '2026-11-20T10:00:00.000Z',
      context_key: key,
      data: {},
    },
    source: { topic: 'events', partition: 0, offset: `${offset}`, timestamp: 0 },
  }
}

/** The same as it lies on `work`. */
export function workRecord(facts: WorkFacts): LogRecord {
  const value = Buffer.from(JSON.stringify(workOf(facts)))
  return { offset: facts.offset, timestampMs: facts.atMs ?? 0, key: Buffer.from('key'), value, headers: {} }
}
