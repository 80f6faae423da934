import type { LogHeaders, LogRecord } from '../../operators/lanes/lane.ts'

export interface NewRecord {
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: LogHeaders
  /** As it was elsewhere, if that is not below the end of the partition; the end where it is absent. */
  readonly offset?: number
}

/** One partition of the in-memory log. */
export interface MemoryPartition {
  /** Those that are kept; the growing list of all of them unless some are dropped. */
  readonly records: readonly LogRecord[]
  /** The offset of the next record. */
  readonly end: number
  /** Of the keys and values that are kept. */
  readonly bytes: number
  /** Those that are kept, from an offset on. */
  from(offset: number): readonly LogRecord[]
  append(record: NewRecord, timestampMs: number): void
  /** Forgets what lies before an offset. */
  dropBefore(offset: number): void
  /** Told after each append. */
  onAppend(listener: () => void): () => void
}

/** Dropped records before the list is made anew. */
const DROPPED_MAX = 1024

/** Keeps every record until it is dropped or the process ends: for demos, backtests and tests. */
export function memoryPartition(): MemoryPartition {
  const listeners = new Set<() => void>()
  let records: LogRecord[] = []
  let dropped = 0
  let end = 0
  let bytes = 0
  const placeOf = (offset: number): number => {
    // From the end: whoever asks has mostly seen all but the newest.
    let place = records.length
    while (place > dropped && (records[place - 1]?.offset ?? -1) >= offset) place--
    return place
  }
  return {
    get records() {
      return dropped === 0 ? records : records.slice(dropped)
    },
    get end() {
      return end
    },
    get bytes() {
      return bytes
    },
    from: offset => records.slice(placeOf(offset)),
    append({ key, value, headers = {}, offset = end }, timestampMs) {
      const record = {
        offset: Math.max(offset, end),
        timestampMs,
        key: bytesOf(key),
        value: bytesOf(value),
        headers,
      }
      records.push(record)
      end = record.offset + 1
      bytes += sizeOf(record)
      for (const listener of listeners) listener()
    },
    dropBefore(offset) {
      const place = placeOf(offset)
      for (const record of records.slice(dropped, place)) bytes -= sizeOf(record)
      dropped = place
      const isWorthIt = dropped >= DROPPED_MAX && dropped * 2 >= records.length
      if (dropped < records.length && !isWorthIt) return
      records = records.slice(dropped)
      dropped = 0
    },
    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function sizeOf({ key, value }: LogRecord): number {
  return (key?.length ?? 0) + (value?.length ?? 0)
}

function bytesOf(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value
}
