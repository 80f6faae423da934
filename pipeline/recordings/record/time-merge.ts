import type { RecordedRecord } from '../recorded-record.ts'

export interface TimeMergeOptions {
  readonly partitions: number
  /** All partitions together want no more when they hold so much. */
  readonly bytesMax: number
  /**
   * How long a record waits for older ones of partitions that are at their end, where more may come there; null where all
   * partitions end, and each is waited for.
   */
  readonly holdMs: number | null
}

interface Queue {
  records: RecordedRecord[]
  /** The first that is not taken. */
  first: number
  bytes: number
  /** When the newest of them came. */
  addedMs: number
  /** When it was at its end, the last time; -Infinity while more is known to follow. */
  atEndMs: number
  isFinished: boolean
}

const RECORDS_MAX = 5000
/** However many partitions there are, each may hold so much. */
const QUEUE_BYTES_MIN = 16 * 1024
const RECORD_OVERHEAD_BYTES = 200

/**
 * Puts the records of several partitions in the order of their times; within a partition the order stays as it is.
 *
 * What has gone back in time follows the record before it at once; what is ahead of its time holds back those behind it.
 */
export class TimeMerge {
  readonly #queues: readonly Queue[]
  readonly #queueBytesMax: number
  readonly #holdMs: number | null

  constructor({ partitions, bytesMax, holdMs }: TimeMergeOptions) {
    this.#queues = Array.from({ length: partitions }, () => ({
      records: [],
      first: 0,
      bytes: 0,
      addedMs: 0,
      atEndMs: -Infinity,
      isFinished: false,
    }))
    this.#queueBytesMax = Math.max(QUEUE_BYTES_MIN, bytesMax / Math.max(1, partitions))
    this.#holdMs = holdMs
  }

  /** What has come of a partition, and whether nothing follows it for now. */
  add(index: number, records: readonly RecordedRecord[], came: { nowMs: number; isAtEnd: boolean }): void {
    const queue = this.#queues[index]
    if (queue === undefined) return
    for (const record of records) {
      queue.records.push(record)
      queue.bytes += bytesOf(record)
    }
    if (records.length > 0) queue.addedMs = came.nowMs
    queue.atEndMs = came.isAtEnd ? came.nowMs : -Infinity
  }

  /** Nothing more comes of a partition. */
  finish(index: number): void {
    const queue = this.#queues[index]
    if (queue !== undefined) queue.isFinished = true
  }

  wants(index: number): boolean {
    const queue = this.#queues[index]
    if (queue === undefined || queue.isFinished) return false
    return queue.records.length - queue.first < RECORDS_MAX && queue.bytes < this.#queueBytesMax
  }

  get isDone(): boolean {
    return this.#queues.every(queue => queue.isFinished && headOf(queue) === undefined)
  }

  /** At most so many records, whose turn it is by now. */
  take(countMax: number, nowMs: number): readonly RecordedRecord[] {
    const taken: RecordedRecord[] = []
    while (taken.length < countMax) {
      const queue = this.#turn(nowMs)
      if (queue === null) break
      taken.push(shift(queue))
    }
    return taken
  }

  /** At most so many of what is held, though older ones may be missing. */
  drain(countMax: number): readonly RecordedRecord[] {
    const taken: RecordedRecord[] = []
    while (taken.length < countMax) {
      const queue = this.#oldest()
      if (queue === null) break
      taken.push(shift(queue))
    }
    return taken
  }

  #turn(nowMs: number): Queue | null {
    const oldest = this.#oldest()
    if (oldest === null) return null
    const time = headOf(oldest)?.timestampMs ?? 0
    const isHeldUp = this.#queues.some(queue => {
      if (queue.isFinished || headOf(queue) !== undefined) return false
      if (this.#holdMs === null || queue.atEndMs === -Infinity) return true
      // What comes there later is younger, or has been waited for long enough.
      return time > queue.atEndMs - this.#holdMs && nowMs - oldest.addedMs < this.#holdMs
    })
    return isHeldUp ? null : oldest
  }

  #oldest(): Queue | null {
    let oldest: Queue | null = null
    let time = Infinity
    for (const queue of this.#queues) {
      const head = headOf(queue)
      if (head === undefined || head.timestampMs >= time) continue
      oldest = queue
      time = head.timestampMs
    }
    return oldest
  }
}

function headOf({ records, first }: Queue): RecordedRecord | undefined {
  return records[first]
}

function shift(queue: Queue): RecordedRecord {
  const record = queue.records[queue.first]
  if (record === undefined) throw new TypeError('an empty queue')
  queue.first++
  queue.bytes -= bytesOf(record)
  if (queue.first === queue.records.length || queue.first === RECORDS_MAX) {
    queue.records = queue.records.slice(queue.first)
    queue.first = 0
  }
  return record
}

function bytesOf({ key, value }: RecordedRecord): number {
  return RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
}
