import type { LogRecord, OutputRecord } from '../../operators/lanes/lane.ts'
import type { MemoryLog } from '../../pipeline/memory/memory-log.ts'

const ABORTED = 'simulate-aborted'

/** Writes records as an aborted transaction leaves them in the log: they have offsets, and nobody must see them. */
export function abortRecords(log: MemoryLog, records: readonly OutputRecord[]): void {
  for (const { topic, partition, key, value, headers } of records) {
    log.append(topic, { key, value, partition, headers: { ...headers, [ABORTED]: '1' } })
  }
}

/** True for a record of an aborted transaction. */
export function isAborted({ headers }: LogRecord): boolean {
  return headers[ABORTED] !== undefined
}

/** The record as it is delivered where the filter of aborted records fails: nothing tells it apart. */
export function unmarked(record: LogRecord): LogRecord {
  const { [ABORTED]: _aborted, ...headers } = record.headers
  return { ...record, headers }
}
