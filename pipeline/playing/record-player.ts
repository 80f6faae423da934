import { defer, from, type Observable, of, type SchedulerLike } from 'rxjs'
import type { DrivenClock } from '../memory/driven-clock.ts'
import type { RecordedRecord } from '../recordings/recorded-record.ts'
import type { CallTurns } from './call-turns.ts'
import type { RecordFeed } from './record-feed.ts'

/** Takes a record at its time; `isLate`: it is older than the time, since a younger one stood before it. */
export type PlayRecord = (record: RecordedRecord, isLate: boolean) => void

export interface RecordPlayerOptions {
  readonly clock: DrivenClock
  readonly feed: RecordFeed
  readonly append: PlayRecord
  readonly turns: CallTurns
  readonly wall: SchedulerLike
}

/** Where a recording has got to. */
export interface Progress {
  /** Recorded time, epoch milliseconds. */
  readonly nowMs: number
  /** Everything has been played, every timer has fired, and no answer is due. */
  readonly ended: boolean
}

/** Answers that may be due before the next record of the same moment: the more of them, the more calls side by side. */
export const DUE_MAX = 64
/** How long timers may go on after the last record. */
const REST_MS_MAX = 30 * 86_400_000

/** Plays one thing after the other: records of the moment, then the answers that are due, then the next moment's timers. */
export class RecordPlayer {
  /** What is due is given out before anything else happens; where that waits for a model, everything does. */
  private isGiving = false
  private lastRecordMs: number
  private readonly options: RecordPlayerOptions

  constructor(options: RecordPlayerOptions) {
    this.options = options
    this.lastRecordMs = options.clock.now()
  }

  get nowMs(): number {
    return this.options.clock.now()
  }

  /** Emits once, when the next record is known. */
  get fed$(): Observable<unknown> {
    return defer(() => {
      const { feed } = this.options
      return feed.fill() ? of(null) : from(feed.pull())
    })
  }

  /** Emits once, when the next answer can be given out. */
  get answered$(): Observable<unknown> {
    return this.isGiving ? this.options.turns.ready$ : of(null)
  }

  /** Plays what is due by then, as far as records and answers are here, until the wall clock passes `untilMs`. */
  playTo(dueMs: number, untilMs = Infinity): Progress {
    const { feed, wall } = this.options
    while (this.gaveOut() && wall.now() <= untilMs) {
      if (!feed.fill()) break
      if (this.playMoment()) continue
      const nextMs = this.nextMs()
      if (nextMs === null) return { nowMs: this.nowMs, ended: true }
      if (nextMs > dueMs) return { nowMs: dueMs, ended: false }
      this.moveTo(nextMs)
    }
    return { nowMs: this.nowMs, ended: false }
  }

  private gaveOut(): boolean {
    if (this.isGiving) this.isGiving = !this.options.turns.giveOut()
    return !this.isGiving
  }

  /** One record of this moment, or its answers; false when nothing is left to do in it. */
  private playMoment(): boolean {
    const { feed, append, turns } = this.options
    const { first: record, nextMs } = feed
    if (record !== undefined && nextMs <= this.nowMs) {
      feed.shift()
      append(record, nextMs < this.nowMs)
      // By their number and by nothing else, so that every run does the same.
      this.isGiving = turns.due >= DUE_MAX
      return true
    }
    this.isGiving = turns.due > 0
    return this.isGiving
  }

  /** When the next timer or record is due; null when there is none. */
  private nextMs(): number | null {
    const { clock, feed } = this.options
    const nextMs = Math.min(clock.nextTimerMs ?? Infinity, feed.nextMs)
    return nextMs === Infinity ? null : nextMs
  }

  private moveTo(nextMs: number): void {
    const { clock, feed } = this.options
    if (feed.first !== undefined) this.lastRecordMs = nextMs
    else if (nextMs - this.lastRecordMs > REST_MS_MAX) throw new Error('timers do not come to an end')
    clock.advanceTo(nextMs)
  }
}
