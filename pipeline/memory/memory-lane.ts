import { defer, Observable, of, takeUntil, throwError } from 'rxjs'
import type {
  JournalBatch,
  JournalStart,
  Lane,
  LaneSignal,
  LaneTransaction,
  OutputRecord,
} from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { MemoryPartition } from './memory-partition.ts'

export interface MemoryLaneOptions {
  readonly topic: string
  readonly partition: number
  readonly source: MemoryPartition
  readonly journal: MemoryPartition | null
  readonly committed: CommittedOffset
  readonly stopping$: Observable<unknown>
  /** Told how far the lane has been given its records. */
  readonly onDelivered: (nextOffset: number) => void
  /** Finds the partitions of the records, or fails before anything is written. */
  readonly prepare: (records: readonly OutputRecord[]) => Append
}

type Append = () => void

export interface CommittedOffset {
  offset: number
  metadata: string
  /** The lane that may commit: a newer one of the same partition fences the older. */
  owner: symbol
}

/** A lane over one partition of the in-memory log; everything happens at once, in the call that causes it. */
export function memoryLane(options: MemoryLaneOptions): Lane {
  const { topic, partition, committed } = options
  const owner = Symbol(`${topic}/${partition}`)
  committed.owner = owner
  const { offset } = committed
  const delivery = new Delivery(options, offset)
  return {
    topic,
    partition,
    offset,
    metadata: committed.metadata,
    signals$: delivery.signals$(options.stopping$),
    readJournal: start => defer(() => of(readJournal(options, offset, start))),
    commit: transaction =>
      defer(() => {
        if (committed.owner !== owner) {
          return throwError(
            () => new PipelineError('commit_failed', 'a newer owner of the partition has fenced this one'),
          )
        }
        return of(commit(transaction, options))
      }),
    pause: () => {
      delivery.paused = true
    },
    resume: () => {
      delivery.paused = false
      delivery.proveEnd()
    },
  }
}

function commit(
  { offset, metadata, records }: LaneTransaction,
  { committed, journal, prepare }: MemoryLaneOptions,
) {
  const append = prepare(records)
  committed.offset = offset
  committed.metadata = metadata
  append()
  return { journalEnd: journal?.end ?? null }
}

function readJournal(
  { journal, source }: MemoryLaneOptions,
  offset: number,
  { fromOffset, nowMs, memoryMs, recordsMax }: JournalStart,
): JournalBatch {
  const all = journal?.records ?? []
  const sinceMs = Math.min(nowMs, source.from(offset)[0]?.timestampMs ?? nowMs) - memoryMs
  const firstSince = all.findIndex(({ timestampMs }) => timestampMs >= sinceMs)
  const remembered = Math.max(firstSince === -1 ? all.length : firstSince, all.length - recordsMax)
  return { records: all.slice(Math.min(fromOffset, remembered)), nextOffset: journal?.end ?? 0 }
}

class Delivery {
  paused = false
  private position: number
  private delivering = false
  /** An `end` is owed as soon as there is nothing left to deliver. */
  private owesEnd = false
  private emit: ((signal: LaneSignal) => void) | null = null
  private readonly source: MemoryPartition
  private readonly onDelivered: MemoryLaneOptions['onDelivered']

  constructor({ source, onDelivered }: Pick<MemoryLaneOptions, 'source' | 'onDelivered'>, offset: number) {
    this.source = source
    this.onDelivered = onDelivered
    this.position = offset
  }

  signals$(stopping$: Observable<unknown>): Observable<LaneSignal> {
    return new Observable<LaneSignal>(subscriber => {
      this.emit = signal => {
        subscriber.next(signal)
      }
      subscriber.add(
        this.source.onAppend(() => {
          this.deliver()
        }),
      )
      subscriber.add(() => {
        this.emit = null
      })
      this.proveEnd()
    }).pipe(takeUntil(stopping$))
  }

  proveEnd(): void {
    this.owesEnd = true
    this.deliver()
  }

  /** What is caused by a delivery waits for that delivery to return, so that order is kept. */
  private deliver(): void {
    if (this.delivering) return
    this.delivering = true
    try {
      for (let signal = this.next(); signal !== null; signal = this.next()) this.emit?.(signal)
    } finally {
      this.delivering = false
    }
  }

  private next(): LaneSignal | null {
    if (this.emit === null || this.paused) return null
    const records = this.source.from(this.position)
    if (records.length === 0 && !this.owesEnd) return null
    this.owesEnd = false
    if (records.length === 0) return { kind: 'end' }
    this.position = this.source.end
    this.onDelivered(this.position)
    return { kind: 'records', records, nextOffset: this.position, atEnd: true }
  }
}
