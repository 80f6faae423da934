import {
  concatMap,
  connect,
  defer,
  endWith,
  ignoreElements,
  merge,
  NEVER,
  type Observable,
  type OperatorFunction,
  takeUntil,
  tap,
} from 'rxjs'
import type { Lane, LaneSignal, LogRecord } from './lane.ts'
import type { LaneLoad } from './lane-load.ts'

export interface PaceLaneOptions {
  readonly lane: Pick<Lane, 'pause' | 'resume'>
  readonly load: LaneLoad
  /** Most records in one slice: the load is looked at between slices. */
  readonly sliceMax: number
  /** True while something that was taken will be released without more pressure. */
  readonly draining: () => boolean
  /** What a record may have to wait for beside room; nothing where it is absent. */
  readonly awaits?: Awaits
}

export interface Awaits {
  /** The record must not be taken yet. */
  readonly isEarly: (record: LogRecord) => boolean
  /** After each change of what it answers. */
  readonly moved$: Observable<unknown>
}

export type PacedItem =
  | { readonly kind: 'records'; readonly records: readonly LogRecord[]; readonly nextOffset: number }
  /** Everything that the log holds has been taken: the wall clock counts from here. */
  | { readonly kind: 'end' }
  /** The lane is at a maximum: whoever can close something early does so now. */
  | { readonly kind: 'pressure' }
  /** The lane is paused: its time stands still. */
  | { readonly kind: 'standstill' }

/**
 * Takes a lane's records no faster than what was taken becomes durable.
 *
 * Shape:  batches in, slices out, order kept; at a maximum one `pressure`, and if that does not help `standstill` and a
 *         paused lane until half of the maximum is free. Behind its transactions the lane is paused without pressure, and so
 *         it is before a record that is early.
 * Time:   none.
 * State:  the batches delivered before the pause took effect; bounded by what one fetch holds.
 * Errors: none of its own; source errors pass through. What is not yet taken at completion is dropped.
 */
export function paceLane(options: PaceLaneOptions): OperatorFunction<LaneSignal, PacedItem> {
  return signals$ =>
    defer(() => {
      const pace = new Pace(options)
      return signals$.pipe(
        tap(signal => {
          pace.backlog.push(signal)
        }),
        connect(delivered$ => {
          const ended$ = delivered$.pipe(ignoreElements(), endWith(null))
          const { load, awaits } = options
          return merge(delivered$, merge(load.eased$, awaits?.moved$ ?? NEVER).pipe(takeUntil(ended$)))
        }),
        concatMap(() => pace.drain()),
      )
    })
}

type Batch = Extract<LaneSignal, { kind: 'records' }>

class Pace {
  backlog: LaneSignal[] = []
  private paused: 'full' | 'waiting' | null = null
  private taken = 0
  private readonly options: PaceLaneOptions

  constructor(options: PaceLaneOptions) {
    this.options = options
  }

  /** Pulled item by item: what one item does downstream is seen before the next is made. */
  *drain(): Generator<PacedItem> {
    if (this.paused !== null && !(yield* this.unpause(this.paused))) return
    for (let signal = this.backlog[0]; signal !== undefined; signal = this.backlog[0]) {
      if (signal.kind === 'end') {
        this.backlog.shift()
        yield { kind: 'end' }
      } else if (!(yield* this.takeBatch(signal))) return
    }
  }

  private *takeBatch(batch: Batch): Generator<PacedItem, boolean> {
    do {
      if (yield* this.mustPause(batch)) return false
      yield this.nextSlice(batch)
    } while (this.taken < batch.records.length)
    this.taken = 0
    this.backlog.shift()
    if (batch.atEnd && this.backlog.length === 0) yield { kind: 'end' }
    return true
  }

  /** Some record of the next slice has to wait for more than room. */
  private isEarly(signal: LaneSignal | undefined): boolean {
    const { awaits, sliceMax } = this.options
    if (awaits === undefined || signal?.kind !== 'records') return false
    return signal.records.slice(this.taken, this.taken + sliceMax).some(record => awaits.isEarly(record))
  }

  private nextSlice({ records, nextOffset }: Batch): PacedItem {
    const slice = records.slice(this.taken, this.taken + this.options.sliceMax)
    this.taken += slice.length
    const following = records[this.taken]
    return { kind: 'records', records: slice, nextOffset: following?.offset ?? nextOffset }
  }

  /** True when the lane had to be paused: at a maximum that pressure does not relieve, behind its transactions, or before its time. */
  private *mustPause(batch: Batch): Generator<PacedItem, boolean> {
    const { load, lane } = this.options
    if (load.full()) yield { kind: 'pressure' }
    if (!load.full() && !load.behind() && !this.isEarly(batch)) return false
    this.paused = load.full() ? 'full' : 'waiting'
    lane.pause()
    yield { kind: 'standstill' }
    return true
  }

  /** An end that was proven before the lane resumed says nothing of what came since; the lane proves it anew. */
  private *unpause(reason: 'full' | 'waiting'): Generator<PacedItem, boolean> {
    const { load, lane, draining } = this.options
    if (!load.caughtUp() || this.isEarly(this.backlog[0])) return false
    if (reason === 'full') {
      if (!load.relaxed() && !draining()) yield { kind: 'pressure' }
      if (!load.relaxed()) return false
    }
    this.paused = null
    this.backlog = this.backlog.filter(isBatch).map(batch => ({ ...batch, atEnd: false }))
    lane.resume()
    return true
  }
}

function isBatch(signal: LaneSignal): signal is Batch {
  return signal.kind === 'records'
}
