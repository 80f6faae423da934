import { setImmediate } from 'node:timers/promises'
import {
  asyncScheduler,
  concatMap,
  defer,
  EMPTY,
  exhaustMap,
  expand,
  finalize,
  interval,
  map,
  type Observable,
  type SchedulerLike,
  startWith,
  takeWhile,
} from 'rxjs'
import type { DrivenClock } from '../memory/driven-clock.ts'
import type { CallTurns } from './call-turns.ts'
import { type PlayRecord, type Progress, RecordPlayer } from './record-player.ts'
import { type RecordBatches, RecordFeed } from './record-feed.ts'

export interface DriveRecordingOptions {
  /** Stands at the time of the first record, or before it. */
  readonly clock: DrivenClock
  /** In the order in which they are played. */
  readonly batches: RecordBatches
  readonly append: PlayRecord
  readonly turns: CallTurns
  /** How much faster than it was recorded; `max` does not wait at all. */
  readonly speed: number | 'max'
  /** The time that the pace is kept by. */
  readonly wall?: SchedulerLike
}

/** Between two looks at what is due: a smooth picture, and little work. */
const FRAME_MS = 50
/** After a standstill of the machine it goes on where it was. */
const FRAME_MS_MAX = 200
/** How long everything else in the process may have to wait. */
const TURN_MS = 10

/**
 * Plays a recording: moves the clock to the next record or timer, one moment after the other, and not before every answer of a
 * model that is due in that moment is given out.
 *
 * Shape:  the progress, at every frame or, at `max`, at every pause, of which there is one at least every 10 ms; the last one
 *         has `ended`.
 * Time:   recorded time goes `speed` times as fast as `wall`, and stands still while an answer is due, so that a slow
 *         model changes no window. What was recorded out of order comes as soon as it can.
 * State:  one batch of the recording.
 * Errors: those of `append` and of the batches; a bug when timers go on for long after the last record.
 */
export function driveRecording({
  wall = asyncScheduler,
  ...options
}: DriveRecordingOptions): Observable<Progress> {
  return defer(() => {
    const feed = new RecordFeed(options.batches)
    const player = new RecordPlayer({ ...options, feed, wall })
    const { speed } = options
    const progress$ = speed === 'max' ? atOnce(player, wall) : atFrames(player, wall, speed)
    return progress$.pipe(
      finalize(() => {
        void feed.close()
      }),
    )
  })
}

function atOnce(player: RecordPlayer, wall: SchedulerLike): Observable<Progress> {
  const turn$ = defer(() => player.fed$).pipe(
    concatMap(() => player.answered$),
    concatMap(() => setImmediate()),
    map(() => player.playTo(Infinity, wall.now() + TURN_MS)),
  )
  return turn$.pipe(expand(({ ended }) => (ended ? EMPTY : turn$)))
}

function atFrames(player: RecordPlayer, wall: SchedulerLike, speed: number): Observable<Progress> {
  const pace = pacer(player, wall, speed)
  return interval(FRAME_MS, wall).pipe(
    startWith(0),
    exhaustMap(() => player.fed$.pipe(map(pace))),
    takeWhile(({ ended }) => !ended, true),
  )
}

function pacer(player: RecordPlayer, wall: SchedulerLike, speed: number): () => Progress {
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
