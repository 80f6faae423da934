import { setImmediate } from 'node:timers/promises'
import {
  asyncScheduler,
  type BehaviorSubject,
  concatMap,
  defer,
  EMPTY,
  expand,
  first,
  interval,
  map,
  type Observable,
  type SchedulerLike,
  startWith,
  takeWhile,
} from 'rxjs'
import type { DrivenClock } from '../memory/driven-clock.ts'
import type { RecordedRecord } from '../recordings/read-recording.ts'

export interface DriveRecordingOptions {
  /** Stands at the time of the first record. */
  readonly clock: DrivenClock
  readonly records: readonly RecordedRecord[]
  readonly append: (record: RecordedRecord) => void
  /** How many calls to a model are in flight. */
  readonly inFlight$: BehaviorSubject<number>
  /** How much faster than it was recorded; `max` does not wait at all. */
  readonly speed: number | 'max'
  /** The time that the pace is kept by. */
  readonly wall?: SchedulerLike
}

/** Where the recording has got to. */
export interface Progress {
  /** Recorded time, epoch milliseconds. */
  readonly nowMs: number
  /** Everything has been played, every timer has fired, and nothing is in flight. */
  readonly ended: boolean
}

/** Between two looks at what is due: a smooth picture, and little work. */
const FRAME_MS = 50
/** After a standstill of the machine it goes on where it was. */
const FRAME_MS_MAX = 200
/** How long everything else in the process may have to wait. */
const TURN_MS = 10

/**
 * Plays a recording: moves the clock to the next record or timer, one at a time, and to none while a model is asked.
 *
 * Shape:  the progress, at every frame or, at `max`, at every pause, of which there is one at least every 10 ms; the last one
 *         has `ended`.
 * Time:   recorded time goes `speed` times as fast as `wall`, and stands still while a call is in flight, so that a slow
 *         model changes no window.
 * State:  the position in the recording.
 * Errors: those of `append`.
 */
export function driveRecording(options: DriveRecordingOptions): Observable<Progress> {
  const { inFlight$, speed, wall = asyncScheduler } = options
  return defer(() => {
    const player = new Player(options)
    if (speed !== 'max') {
      return interval(FRAME_MS, wall).pipe(
        startWith(0),
        map(pacer(player, wall, speed)),
        takeWhile(({ ended }) => !ended, true),
      )
    }
    const turn$ = inFlight$.pipe(
      first(count => count === 0),
      // The answer that ends the last call is worked off before what comes after it.
      concatMap(() => setImmediate()),
      map(() => player.playTo(Infinity, wall.now() + TURN_MS)),
    )
    return turn$.pipe(expand(({ ended }) => (ended ? EMPTY : turn$)))
  })
}

function pacer(player: Player, wall: SchedulerLike, speed: number): () => Progress {
  let lookedMs = wall.now()
  let { nowMs } = player
  return () => {
    const passedMs = Math.min(wall.now() - lookedMs, FRAME_MS_MAX)
    lookedMs = wall.now()
    const { nowMs: playedMs, ended } = player.playTo(nowMs + passedMs * speed)
    nowMs = Math.max(nowMs, playedMs)
    return { nowMs, ended }
  }
}

class Player {
  private position = 0
  private readonly options: DriveRecordingOptions

  constructor(options: DriveRecordingOptions) {
    this.options = options
  }

  get nowMs(): number {
    return this.options.clock.now()
  }

  /** Plays what is due by then, as far as no call is in flight, until the wall clock passes `untilMs`. */
  playTo(dueMs: number, untilMs = Infinity): Progress {
    while (this.mayGoOn(untilMs)) {
      const nextMs = this.nextMs()
      if (nextMs === null) return { nowMs: this.nowMs, ended: true }
      if (nextMs > dueMs) return { nowMs: dueMs, ended: false }
      this.step(nextMs, untilMs)
    }
    return { nowMs: this.nowMs, ended: false }
  }

  private mayGoOn(untilMs: number): boolean {
    const { inFlight$, wall = asyncScheduler } = this.options
    return inFlight$.value === 0 && wall.now() <= untilMs
  }

  private step(nextMs: number, untilMs: number): void {
    const { clock, records, append } = this.options
    clock.advanceTo(nextMs)
    // A timer that is due at a record's time comes first, and may have asked the model.
    for (let record = records[this.position]; record !== undefined; record = records[this.position]) {
      if (record.timestampMs > nextMs || !this.mayGoOn(untilMs)) return
      this.position++
      append(record)
    }
  }

  /** When the next timer or record is due; null when there is none. */
  private nextMs(): number | null {
    const { clock, records } = this.options
    const recordMs = records[this.position]?.timestampMs ?? Infinity
    const nextMs = Math.min(clock.nextTimerMs ?? Infinity, recordMs)
    // What was recorded out of order comes as soon as it can.
    return nextMs === Infinity ? null : Math.max(nextMs, clock.now())
  }
}
