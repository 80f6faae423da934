import {
  BehaviorSubject,
  EMPTY,
  ReplaySubject,
  defer,
  filter,
  finalize,
  ignoreElements,
  merge,
  race,
  share,
  switchMap,
  take,
  takeUntil,
  tap,
  timer,
} from 'rxjs'
import type { Observable } from 'rxjs'
import type { Lane, LaneSubscription, RunLanes, StageStatus } from '../../operators/lanes/lane.ts'
import type { Config } from '../../schemas/config.ts'
import { fetchLanes } from './lanes/fetch-lanes.ts'
import { kafkaClient } from './kafka-client.ts'
import { kafkaCluster } from './kafka-cluster.ts'
import type { KafkaLog } from './kafka-settings.ts'
import type { LaneObserver } from './lane-observer.ts'
import { KnownCommits } from './group/known-commits.ts'
import { memberships } from './group/memberships.ts'
import type { Membership } from './group/memberships.ts'
import { missingTopics } from './lanes/missing-topics.ts'
import { OutputScan } from './lanes/position/output-scan.ts'
import { runLane } from './lanes/run-lane.ts'
import { stageStatus } from './lanes/stage-status.ts'
import type { StageBoard } from './lanes/stage-status.ts'

const STOPPING_MS_MAX = 20_000

export interface KafkaLanesOptions {
  /** The password in it is the secret itself, not a reference. */
  readonly config: Config['kafka']
  readonly log?: KafkaLog
  readonly observer?: LaneObserver
}

/** The lanes of Kafka's consumer groups; each stage that is run has connections of its own. */
export function kafkaLanes(options: KafkaLanesOptions): RunLanes {
  return (subscription, chain) => defer(() => runStage({ options, subscription, chain }))
}

interface Stage {
  readonly options: KafkaLanesOptions
  readonly subscription: LaneSubscription
  readonly chain: (lane: Lane) => Observable<unknown>
}

interface RunningStage extends Stage {
  readonly board: StageBoard
  readonly commits: KnownCommits
  /** How many lanes are not done. */
  readonly running$: BehaviorSubject<number>
  readonly stopping$: Observable<unknown>
}

function runStage(stage: Stage): Observable<StageStatus> {
  const { options, subscription } = stage
  const { config, log = ignore, observer = {} } = options
  const board = stageStatus(subscription.stage)
  const running$ = new BehaviorSubject(0)
  const stopping$ = remembered(subscription.stopping$)
  // The chains end by themselves once their signals complete; one that does not is cut off.
  const idle$ = running$.pipe(filter(count => count === 0))
  const stopped$ = remembered(stopping$.pipe(switchMap(() => race(idle$, timer(STOPPING_MS_MAX)))))
  const commits = new KnownCommits()
  const running: RunningStage = { ...stage, board, commits, running$, stopping$ }
  const lanes$ = memberships({
    connect: () => kafkaCluster(config, log),
    brokers: config.brokers,
    groupId: subscription.groupId,
    topics: subscription.topics.map(({ topic }) => topic),
    commits,
    missingTopics: topics => missingTopics(kafkaClient(config, 'producer', log), topics),
    leave$: stopped$,
  }).pipe(
    tap({
      next: membership => {
        board.problem('group', membership.kind === 'lost' ? membership.problem : null)
        board.assigned(membership.kind === 'member' ? membership.partitions.length : null)
        const members = membership.kind === 'member' ? membership.member.members : null
        if (members !== null) observer.joined?.(subscription.stage, members)
      },
      complete: () => {
        board.assigned(null)
      },
    }),
    // One generation at a time: the lanes of the one before are closed first, also those of partitions that are kept.
    switchMap(membership => runGeneration(running, membership).pipe(takeUntil(stopped$))),
    ignoreElements(),
    tap({
      complete: () => {
        board.end()
      },
    }),
  )
  return merge(board.status$, lanes$)
}

function runGeneration(stage: RunningStage, membership: Membership): Observable<never> {
  if (membership.kind === 'lost') return EMPTY
  const { options, subscription, chain, board, commits, running$, stopping$ } = stage
  const { config, log = ignore, observer = {} } = options
  const { partitions, member, cluster } = membership
  return defer(() => {
    const journals = kafkaCluster(config, log)
    const producers = kafkaClient(config, 'producer', log)
    const fetches = fetchLanes(cluster, problem => {
      board.problem('fetch', problem)
    })
    const shared = { subscription, member, commits, cluster, observer, stopping$ }
    const outputs = subscription.outputs === undefined ? null : new OutputScan(journals, subscription.outputs)
    const generation = { ...shared, journals, outputs, fetches, producers }
    const lanes = partitions.map(at => counted(running$, runLane({ generation, at, chain, board })))
    return merge(...lanes).pipe(
      finalize(() => {
        fetches.stop()
        journals.disconnect().catch(ignore)
      }),
    )
  })
}

function counted(running$: BehaviorSubject<number>, lane$: Observable<never>): Observable<never> {
  return defer(() => {
    running$.next(running$.value + 1)
    return lane$.pipe(
      finalize(() => {
        running$.next(running$.value - 1)
      }),
    )
  })
}

/** The first value of a stream, also for those who ask later. */
function remembered(source$: Observable<unknown>): Observable<unknown> {
  return source$.pipe(
    take(1),
    share({ connector: () => new ReplaySubject<unknown>(1), resetOnComplete: false, resetOnError: false }),
  )
}

function ignore(): void {
  // Best effort, or nobody listens.
}
