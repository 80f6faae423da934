import type { LogRecord } from '../../operators/lanes/lane.ts'

export interface ArrivalMergeOptions {
  /** A partition that holds so many records, or so many bytes of them, wants no more for now. */
  readonly recordsMax: number
  readonly bytesMax: number
}

interface Queue {
  readonly records: LogRecord[]
  bytes: number
  /** Nothing has come behind what it holds. */
  isAtEnd: boolean
}

/** Puts the records of several partitions in the order of their times, as far as what has come shows it. */
export class ArrivalMerge {
  private readonly options: ArrivalMergeOptions
  private queues: Queue[] = []

  constructor(options: ArrivalMergeOptions) {
    this.options = options
  }

  open(partitions: number): void {
    this.queues = Array.from({ length: partitions }, () => ({ records: [], bytes: 0, isAtEnd: false }))
  }

  add(partition: number, records: readonly LogRecord[], isAtEnd: boolean): void {
    const queue = this.queues[partition]
    if (queue === undefined) return
    queue.records.push(...records)
    queue.bytes += records.reduce((sum, record) => sum + bytesOf(record), 0)
    queue.isAtEnd = isAtEnd
  }

  wants(partition: number): boolean {
    const { recordsMax, bytesMax } = this.options
    const { records, bytes } = this.queues[partition] ?? { records: [], bytes: 0 }
    return records.length < recordsMax && bytes < bytesMax
  }

  get isEmpty(): boolean {
    return this.queues.every(({ records }) => records.length === 0)
  }

  /** The oldest record, where no partition may still bring an older one. */
  next(): LogRecord | undefined {
    return this.queues.every(({ records, isAtEnd }) => isAtEnd || records.length > 0)
      ? this.oldest()
      : undefined
  }

  /** The oldest record that has come. */
  oldest(): LogRecord | undefined {
    const [first] = this.queues
      .filter(({ records }) => records.length > 0)
      .toSorted((one, other) => timeOf(one) - timeOf(other))
    const record = first?.records.shift()
    if (first !== undefined && record !== undefined) first.bytes -= bytesOf(record)
    return record
  }
}

function timeOf({ records: [first] }: Queue): number {
  return first?.timestampMs ?? Infinity
}

function bytesOf({ value }: LogRecord): number {
  return value?.length ?? 0
}
