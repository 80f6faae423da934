import type { PlayedRecord } from './played-record.ts'

type Batch = readonly PlayedRecord[]

/** A recording in bounded parts, in the order in which it is played; what is there already needs no waiting. */
export type RecordBatches = Iterable<Batch> | AsyncIterable<Batch>

/** Pulls the batches of a recording one after the other, and hands their records out one by one; holds one batch. */
export class RecordFeed {
  private readonly there: Iterator<Batch, unknown> | null
  private readonly coming: AsyncIterator<Batch, unknown> | null
  private batch: Batch = []
  private position = 0
  private ended = false

  constructor(batches: RecordBatches) {
    this.there = Symbol.iterator in batches ? batches[Symbol.iterator]() : null
    this.coming = Symbol.iterator in batches ? null : batches[Symbol.asyncIterator]()
  }

  /** The next record; undefined at the end. */
  get first(): PlayedRecord | undefined {
    return this.batch[this.position]
  }

  /** When the next record is played; without an end where there is none. */
  get nextMs(): number {
    const { first } = this
    return first === undefined ? Infinity : (first.playAtMs ?? first.timestampMs)
  }

  shift(): void {
    this.position++
  }

  /** Sees to it that the next record is there, or the end; false where it has to be pulled. */
  fill(): boolean {
    while (this.isDry && this.there !== null) this.take(this.there.next())
    return !this.isDry
  }

  /** Waits for the next record, or for the end; one at a time. */
  async pull(): Promise<void> {
    while (this.isDry && this.coming !== null) this.take(await this.coming.next())
  }

  /** Nothing more is wanted. */
  async close(): Promise<void> {
    this.ended = true
    this.there?.return?.()
    await this.coming?.return?.()
  }

  private get isDry(): boolean {
    return this.position >= this.batch.length && !this.ended
  }

  private take(pulled: IteratorResult<Batch, unknown>): void {
    this.position = 0
    this.ended = pulled.done === true
    this.batch = pulled.done === true ? [] : pulled.value
  }
}
