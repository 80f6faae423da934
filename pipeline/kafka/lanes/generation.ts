import type { Kafka } from 'kafkajs'
import type Cluster from 'kafkajs/src/cluster/index.js'
import type { Observable } from 'rxjs'
import type { LaneSubscription } from '../../../operators/lanes/lane.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import type { LaneFetches } from './fetch-lanes.ts'
import type { KnownCommits } from '../group/known-commits.ts'
import type { GroupMember } from '../group/group-member.ts'
import type { OutputScan } from './position/output-scan.ts'
import type { LaneObserver } from '../lane-observer.ts'

/** What the lanes of one generation share. */
export interface Generation {
  readonly subscription: LaneSubscription
  readonly member: GroupMember
  readonly commits: KnownCommits
  readonly cluster: Cluster
  /** Connections for reading journals: a long fetch would hold up the lanes on theirs. */
  readonly journals: Cluster
  /** Of a stage without a journal. */
  readonly outputs: OutputScan | null
  readonly fetches: LaneFetches
  readonly producers: Kafka
  readonly observer: LaneObserver
  readonly stopping$: Observable<unknown>
}

export interface LaneOpening {
  readonly at: TopicPartition
  /** Set when the log did not hold the position: the lane of a source goes on where the log is. */
  outOfRange: boolean
  /** Something was committed, or nothing is left to do, since the lane was opened. */
  progressed: boolean
}
