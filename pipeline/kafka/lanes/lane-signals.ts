import { Observable, takeUntil } from 'rxjs'
import type { Subscriber } from 'rxjs'
import type { LaneSignal } from '../../../operators/lanes/lane.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import type { LaneLag } from '../lane-observer.ts'
import type { FetchTarget, LaneFetches } from './fetch-lanes.ts'
import type { Slice } from './read-slice.ts'

export interface LaneSignalsOptions {
  readonly at: TopicPartition
  readonly offset: number
  readonly fetches: LaneFetches
  readonly stopping$: Observable<unknown>
  /** The failure of a lane whose position the log does not hold. */
  readonly outOfRange: (error: Error) => Error
  readonly onLag: (lag: LaneLag) => void
  /** The end was reached without a single record: nothing is left to do. */
  readonly onIdle: () => void
}

export interface LaneSignals {
  readonly signals$: Observable<LaneSignal>
  pause(): void
  resume(): void
}

/**
 * The signals of one opened lane.
 *
 * Shape:  from `offset` on, in order; a slice that arrives while paused is held, one at most, and delivered after `resume`.
 *         Completes with `stopping$`.
 * State:  the position, and the slice that is held.
 * Errors: `outOfRange`.
 */
export function laneSignals(options: LaneSignalsOptions): LaneSignals {
  const reader = new LaneReader(options)
  return {
    signals$: new Observable<LaneSignal>(subscriber => reader.start(subscriber)).pipe(
      takeUntil(options.stopping$),
    ),
    pause: () => {
      reader.pause()
    },
    resume: () => {
      reader.resume()
    },
  }
}

class LaneReader implements FetchTarget {
  readonly topic: string
  readonly partition: number
  readonly #options: LaneSignalsOptions
  #subscriber: Subscriber<LaneSignal> | undefined
  #held: Slice | undefined
  #paused = false
  /** The position that the subscriber knows; behind `position` where only a paused reader has moved. */
  #told: number
  #delivered = false
  position: number
  wantsEnd = true

  constructor(options: LaneSignalsOptions) {
    this.#options = options
    this.topic = options.at.topic
    this.partition = options.at.partition
    this.position = options.offset
    this.#told = options.offset
  }

  get wanted(): boolean {
    return !this.#paused && this.#held === undefined
  }

  start(subscriber: Subscriber<LaneSignal>): () => void {
    const { fetches, offset } = this.#options
    this.#subscriber = subscriber
    this.position = offset
    this.#told = offset
    this.#delivered = false
    this.wantsEnd = true
    this.#held = undefined
    fetches.add(this)
    return () => {
      fetches.remove(this)
      this.#held = undefined
      this.#subscriber = undefined
    }
  }

  take(slice: Slice): void {
    // Moved before the hand-over: the taker may pause, and the next fetch begins behind this slice in any case.
    this.position = slice.nextOffset
    const records = Math.max(0, slice.lastStableOffset - slice.nextOffset)
    this.#options.onLag({ records, takenMs: slice.records.at(-1)?.timestampMs ?? null })
    if (this.#paused) this.#hold(slice)
    else this.#deliver(slice, slice.nextOffset >= slice.lastStableOffset)
  }

  outOfRange(error: Error): void {
    this.#subscriber?.error(this.#options.outOfRange(error))
  }

  pause(): void {
    this.#paused = true
  }

  resume(): void {
    if (!this.#paused) return
    this.#paused = false
    this.wantsEnd = true
    // Not within the caller's stack: it may be taking a signal at this moment.
    if (this.#held !== undefined)
      setImmediate(() => {
        this.#deliverHeld()
      })
  }

  #hold(slice: Slice): void {
    if (slice.records.length > 0) this.#held = slice
  }

  #deliverHeld(): void {
    const held = this.#held
    if (held === undefined || this.#paused) return
    this.#held = undefined
    // What it proved when it was fetched says nothing about now.
    this.#deliver(held, false)
  }

  #deliver({ records, nextOffset }: Slice, atEnd: boolean): void {
    const moved = nextOffset > this.#told
    const wasWanted = this.wantsEnd
    this.wantsEnd = !atEnd
    if (moved) {
      this.#told = nextOffset
      this.#delivered ||= records.length > 0
      this.#subscriber?.next({ kind: 'records', records, nextOffset, atEnd })
    } else if (atEnd && wasWanted) {
      if (!this.#delivered) this.#options.onIdle()
      this.#subscriber?.next({ kind: 'end' })
    }
  }
}
