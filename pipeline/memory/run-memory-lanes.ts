import {
  BehaviorSubject,
  defer,
  endWith,
  finalize,
  from,
  ignoreElements,
  merge,
  mergeMap,
  type Observable,
  retry,
  type SchedulerLike,
  takeUntil,
  tap,
  throwError,
  timer,
} from 'rxjs'
import type { LaneSubscription, StageStatus } from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { MemoryTopics } from './memory-topics.ts'

export interface LanePlace {
  readonly topic: string
  readonly partition: number
  readonly from: 'earliest' | 'latest'
}

export interface RunMemoryLanesOptions {
  readonly topics: MemoryTopics
  /** Opens a lane and runs its chain. */
  readonly run: (place: LanePlace) => Observable<unknown>
  readonly clock: SchedulerLike
}

const REOPEN_MS = 50
/** Lanes of one stage, which is more than it has partitions. */
const LANES_MAX = 100_000

/** Runs a lane for each partition of the subscribed topics, also for one that comes later, and opens it again where it fails. */
export function runMemoryLanes(
  subscription: LaneSubscription,
  { topics, run, clock }: RunMemoryLanesOptions,
): Observable<StageStatus> {
  const { stage, stopping$ } = subscription
  return defer(() => {
    const places = placesOf(subscription, topics)
    const assigned = places.length
    const status$ = new BehaviorSubject<StageStatus>({ stage, assigned, open: 0, problem: null })
    const change = (openBy: number, assignedBy = 0) => {
      const { assigned, open } = status$.value
      status$.next({ ...status$.value, assigned: (assigned ?? 0) + assignedBy, open: open + openBy })
    }
    const runAt = (place: LanePlace) =>
      defer(() => {
        change(1)
        return run(place).pipe(
          finalize(() => {
            change(-1)
          }),
        )
      }).pipe(retry({ delay: error => reopening(error, clock) }), ignoreElements())
    const grown$ = growing(subscription, topics).pipe(
      tap(() => {
        change(0, 1)
      }),
      takeUntil(stopping$),
    )
    const lanes$ = merge(grown$, from(places)).pipe(mergeMap(runAt, LANES_MAX))
    return status$.pipe(takeUntil(lanes$.pipe(endWith(null))))
  })
}

function placesOf({ topics: subscribed }: LaneSubscription, topics: MemoryTopics): readonly LanePlace[] {
  return subscribed.flatMap(({ topic, from }) =>
    [...topics.of(topic).keys()].map((partition): LanePlace => ({ topic, partition, from })),
  )
}

function growing({ topics: subscribed }: LaneSubscription, topics: MemoryTopics): Observable<LanePlace> {
  return topics.growth$.pipe(
    mergeMap(
      ([topic, partition]) =>
        subscribed.filter(source => source.topic === topic).map(({ from }) => ({ topic, partition, from })),
      1,
    ),
  )
}

function reopening(error: unknown, clock: SchedulerLike): Observable<unknown> {
  const mayReopen = error instanceof PipelineError && error.retryable
  return mayReopen ? timer(REOPEN_MS, clock) : throwError(() => error)
}
