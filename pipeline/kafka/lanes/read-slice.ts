import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js'
import type { LogHeaders, LogRecord } from '../../../operators/lanes/lane.ts'

/** What one fetch brought of one partition, from the position that was asked for. */
export interface Slice {
  /** Committed records; markers and aborted records are left out. */
  readonly records: readonly LogRecord[]
  /** The position after this slice, markers and aborted records counted. */
  readonly nextOffset: number
  /** Where read-committed delivery ends for now: another writer's open transaction begins there, or nothing follows. */
  readonly lastStableOffset: number
}

const noHeaders: LogHeaders = {}

/** Turns a fetched partition into records; its aborted records are marked already. */
export function readSlice(partition: FetchedPartition, position: number): Slice {
  const records: LogRecord[] = []
  for (const message of partition.messages) {
    const offset = Number(message.offset)
    // A fetch answers whole batches: the first may begin before the position.
    if (offset < position || message.isControlRecord === true) continue
    records.push({
      offset,
      timestampMs: Number(message.timestamp),
      key: message.key,
      value: message.value,
      headers: message.headers ?? noHeaders,
    })
  }
  const { lastStableOffset, highWatermark } = partition
  return {
    records,
    nextOffset: Math.max(position, endOf(partition.messages.at(-1))),
    lastStableOffset: Number(lastStableOffset ?? highWatermark),
  }
}

// The batch knows its end also where compaction has taken its last records.
function endOf(last: FetchedMessage | undefined): number {
  if (last === undefined) return 0
  const { firstOffset, lastOffsetDelta } = last.batchContext ?? {
    firstOffset: last.offset,
    lastOffsetDelta: 0,
  }
  return Math.max(Number(last.offset), Number(firstOffset) + lastOffsetDelta) + 1
}
