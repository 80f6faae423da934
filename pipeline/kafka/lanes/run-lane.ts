import {
  NEVER,
  concatMap,
  defer,
  finalize,
  ignoreElements,
  retry,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { Observable } from 'rxjs'
import type { Lane } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import type { Generation, LaneOpening } from './generation.ts'
import { openLane } from './open-lane.ts'
import type { StageBoard } from './stage-status.ts'

const BACKOFF_MS_MIN = 50
const BACKOFF_MS_MAX = 5000
const FRUITLESS_MAX = 10

export interface RunLaneOptions {
  readonly generation: Generation
  readonly at: TopicPartition
  readonly chain: (lane: Lane) => Observable<unknown>
  readonly board: StageBoard
}

/**
 * Opens a lane and runs the chain on it, and opens it again after each failure that this can cure.
 *
 * Shape:  no values; completes with the chain, or when the stage stops while the lane is closed.
 * Time:   again after 50 ms doubling to 5 s, from the start after progress.
 * Errors: those that end the process, and bugs of the chain. A lane with a `journal_gap` stands still, and says so.
 */
export function runLane({ generation, at, chain, board }: RunLaneOptions): Observable<never> {
  return defer(() => {
    const { stopping$, observer, subscription } = generation
    const name = `${at.topic}/${at.partition}`
    const opening: LaneOpening = { at, outOfRange: false, progressed: false }
    let failures = 0
    let reason = 'assigned'
    const again = (error: unknown): Observable<unknown> => {
      const failure = curable(error)
      if (failure === null) return throwError(() => error)
      failures = opening.progressed ? 1 : failures + 1
      opening.progressed = false
      reason = failure.code
      observer.laneFailed?.(subscription.stage, at, failure)
      const stands = failure.code === 'journal_gap'
      const hopeless = stands || failures > FRUITLESS_MAX
      board.problem(name, hopeless ? failure.message : null)
      const wait$ = stands ? NEVER : timer(Math.min(BACKOFF_MS_MIN * 2 ** (failures - 1), BACKOFF_MS_MAX))
      return wait$.pipe(takeUntil(stopping$))
    }
    return defer(() => openLane(generation, opening)).pipe(
      takeUntil(stopping$),
      tap(() => {
        observer.laneOpened?.(subscription.stage, reason)
        board.opened(name)
      }),
      concatMap(({ lane, close }) =>
        defer(() =>
          chain(
            watched(lane, () => {
              board.problem(name, null)
            }),
          ),
        ).pipe(
          finalize(() => {
            board.closed(name)
            close()
          }),
        ),
      ),
      ignoreElements(),
      retry({ delay: again }),
      finalize(() => {
        board.problem(name, null)
        observer.laneLeft?.(subscription.stage, at)
      }),
    )
  })
}

/** The failure, where opening the lane again may cure it or others may go on; null where the process must end. */
function curable(error: unknown): PipelineError | null {
  if (!(error instanceof PipelineError)) return null
  const { code } = error
  return code === 'commit_failed' || code === 'lane_unavailable' || code === 'journal_gap' ? error : null
}

/** The lane, telling when it commits: then it is well again. */
function watched(lane: Lane, onProgress: () => void): Lane {
  return { ...lane, commit: transaction => lane.commit(transaction).pipe(tap(onProgress)) }
}
