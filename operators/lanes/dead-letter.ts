import type { DeadLetterReason } from '../../schemas/failure.ts'
import type { Coordinates } from '../../schemas/event.ts'
import type { Stage } from '../telemetry.ts'
import { isoTime } from './iso-time.ts'
import type { LogRecord, OutputRecord } from './lane.ts'

/** A value up to this size is kept whole; a longer one is cut, and marked. */
export const DEAD_LETTER_VALUE_BYTES_MAX = 4 * 1024 * 1024

export interface DeadLetterOptions {
  readonly topic: string
  readonly partition: number
  readonly stage: Stage
  readonly reason: DeadLetterReason
  readonly detail: string
  /** The topic to which producing the record again is its replay. */
  readonly target: string
  readonly source: Pick<Coordinates, 'topic' | 'partition' | 'offset'>
  readonly atMs: number
  readonly ruleId?: string
  readonly decisionId?: string
}

/** The original key, value and headers, with headers that say why it is here and where it came from. */
export function deadLetter(record: LogRecord, options: DeadLetterOptions): OutputRecord {
  const { topic, partition, source } = options
  const truncated = (record.value?.length ?? 0) > DEAD_LETTER_VALUE_BYTES_MAX
  return {
    topic,
    partition,
    key: record.key,
    value: truncated ? (record.value?.subarray(0, DEAD_LETTER_VALUE_BYTES_MAX) ?? null) : record.value,
    headers: {
      ...record.headers,
      'llmtrigger-stage': options.stage,
      'llmtrigger-reason': options.reason,
      'llmtrigger-detail': options.detail,
      'llmtrigger-target': options.target,
      'llmtrigger-topic': source.topic,
      'llmtrigger-partition': `${source.partition}`,
      'llmtrigger-offset': source.offset,
      'llmtrigger-at': isoTime(options.atMs),
      'llmtrigger-truncated': `${truncated}`,
      ...(options.ruleId !== undefined && { 'llmtrigger-rule-id': options.ruleId }),
      ...(options.decisionId !== undefined && { 'llmtrigger-decision-id': options.decisionId }),
    },
  }
}
