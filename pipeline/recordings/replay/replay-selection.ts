import type { RecordedRecord } from '../recorded-record.ts'

/** What of a recording is replayed: all that is not left out here. */
export interface ReplaySelection {
  readonly topics?: readonly string[] | undefined
  /** Epoch milliseconds. */
  readonly fromMs?: number | undefined
  /** What lies at this time is not part of it. */
  readonly toMs?: number | undefined
}

/** Whether a record is to be replayed. */
export function isSelected({ topic, timestampMs }: RecordedRecord, selection: ReplaySelection): boolean {
  const { topics, fromMs = -Infinity, toMs = Infinity } = selection
  return timestampMs >= fromMs && timestampMs < toMs && (topics === undefined || topics.includes(topic))
}
