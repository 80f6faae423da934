import type { LogHeaders, LogRecord } from '../../operators/lanes/lane.ts'

export interface NewRecord {
  readonly key: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: LogHeaders
}

/** One partition of the in-memory log. */
export interface MemoryPartition {
  readonly records: readonly LogRecord[]
  append(record: NewRecord, timestampMs: number): void
  /** Told after each append. */
  onAppend(listener: () => void): () => void
}

/** Keeps every record until the process ends: for demos, backtests and tests. */
export function memoryPartition(): MemoryPartition {
  const records: LogRecord[] = []
  const listeners = new Set<() => void>()
  return {
    records,
    append({ key, value, headers = {} }, timestampMs) {
      records.push({ offset: records.length, timestampMs, key: bytesOf(key), value: bytesOf(value), headers })
      for (const listener of listeners) listener()
    },
    onAppend(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

function bytesOf(value: Buffer | string | null): Buffer | null {
  return typeof value === 'string' ? Buffer.from(value) : value
}
