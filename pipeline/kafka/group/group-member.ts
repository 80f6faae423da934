import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { AssignerProtocol } from 'kafkajs'
import type Broker from 'kafkajs/src/broker/index.js'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from './assign-partitions.ts'
import type { KnownCommits } from './known-commits.ts'
import { lead } from './lead.ts'
import { leaderNote } from './leader-note.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'
import { repeatWhileNotYet } from '../repeat-while-not-yet.ts'

const SESSION_TIMEOUT_MS = 10_000
const REBALANCE_TIMEOUT_MS = 15_000
const HEARTBEAT_MS = 1000
const HEARTBEAT_TIMEOUT_MS = 5000
const NOT_YET = { everyMs: 20, forMs: HEARTBEAT_TIMEOUT_MS }
const ASSIGNER = 'RoundRobinAssigner'

/** What the group knows of a partition. */
export interface CommittedOffset {
  /** Null where nothing is committed. */
  readonly offset: number | null
  readonly metadata: string
}

export interface GroupMemberOptions {
  readonly cluster: Cluster
  readonly groupId: string
  readonly topics: readonly string[]
  /** That of the member before it, which lost its connections: with it the group need not wait for that one's session to end. */
  readonly memberId: string
  readonly commits: KnownCommits
  /** The group is left as soon as it is aborted. */
  readonly signal: AbortSignal
}

/**
 * One member of a classic consumer group. Its heartbeats have a rhythm of their own: no fetch and no lane delays them,
 * except where the event loop itself stands still.
 */
export class GroupMember {
  readonly #options: GroupMemberOptions
  #memberId: string
  #generationId = -1
  #joining = false
  #members: number | null = null
  #coordinator: Broker | undefined

  constructor(options: GroupMemberOptions) {
    this.#options = options
    this.#memberId = options.memberId
  }

  /** Empty while the group knows no such member. */
  get memberId(): string {
    return this.#memberId
  }

  /** How many the group has since the last join; null where nobody says. */
  get members(): number | null {
    return this.#members
  }

  /**
   * Joins, and answers what this member owns from now on, until `beat` returns. A join waits for the other members, one that
   * has died included: it is given up when the signal is aborted, and answers nothing then.
   */
  async join(): Promise<TopicPartition[]> {
    this.#joining = true
    const settled = this.#joinUntilSettled().finally(() => {
      this.#joining = false
    })
    const partitions = await Promise.race([settled, untilAborted(this.#options.signal, settled)])
    return partitions ?? []
  }

  /** Heartbeats until the group rebalances, the topics change or the signal is aborted; throws when the group cannot be had. */
  async beat(): Promise<void> {
    const { signal, cluster } = this.#options
    const partitions = this.#partitions().length
    let lastMs = performance.now()
    while (!isAborted(signal)) {
      await delay(HEARTBEAT_MS, undefined, { signal }).catch(ignoreAbort)
      if (isAborted(signal)) return
      try {
        await this.confirm()
        lastMs = performance.now()
      } catch (error) {
        if (this.#mustRejoin(error)) return
        // A coordinator that moves or restarts finds this member again within the session.
        if (performance.now() - lastMs > SESSION_TIMEOUT_MS) throw error
      }
      // Metadata that cannot be had, or not soon, is no reason to miss a heartbeat.
      await Promise.race([cluster.refreshMetadataIfNecessary().catch(() => undefined), delay(HEARTBEAT_MS)])
      if (this.#partitions().length !== partitions) return
    }
  }

  /** Throws when this member has been thrown out or the group rebalances: its partitions may have other owners by now. */
  async confirm(): Promise<void> {
    const { groupId } = this.#options
    if (this.#joining || this.#memberId === '') {
      throw new PipelineError('lane_unavailable', `this process is no member of group ${groupId} now`)
    }
    const request = { groupId, memberId: this.#memberId, groupGenerationId: this.#generationId }
    const deadline = delay(HEARTBEAT_TIMEOUT_MS, undefined, { ref: false }).then(() => {
      throw new PipelineError(
        'lane_unavailable',
        `the coordinator of group ${groupId} has not answered for ${HEARTBEAT_TIMEOUT_MS} ms`,
      )
    })
    await Promise.race([this.#ask(coordinator => coordinator.heartbeat(request)), deadline])
  }

  /**
   * Reads the committed offset. It is final only after the previous owner was fenced; what the group knows to be committed
   * beyond it, the broker has forgotten.
   */
  async committed({ topic, partition }: TopicPartition): Promise<CommittedOffset> {
    const request = { groupId: this.#options.groupId, topics: [{ topic, partitions: [{ partition }] }] }
    const { responses } = await this.#ask(coordinator => coordinator.offsetFetch(request))
    const found = responses[0]?.partitions[0]
    const offset = Number(found?.offset ?? -1)
    return { offset: offset < 0 ? null : offset, metadata: offset < 0 ? '' : (found?.metadata ?? '') }
  }

  /**
   * Leaves, so that the partitions move at once. Best effort: the session timeout does the same, later.
   *
   * Behind a join that is not answered yet the broker reads nothing more from its connection: `connect` makes another one then.
   */
  async leave(connect: () => Cluster): Promise<void> {
    const { groupId } = this.#options
    if (this.#memberId === '' || this.#coordinator === undefined) return
    const request = { groupId, memberId: this.#memberId }
    if (this.#joining) await leaveBy(connect(), request)
    else await this.#coordinator.leaveGroup(request)
    this.#memberId = ''
  }

  async #joinUntilSettled(): Promise<TopicPartition[]> {
    for (;;) {
      try {
        return await this.#joinAndSync()
      } catch (error) {
        if (!this.#mustRejoin(error) || isAborted(this.#options.signal)) throw error
        await delay(NOT_YET.everyMs)
      }
    }
  }

  async #joinAndSync(): Promise<TopicPartition[]> {
    const { cluster, groupId, topics, commits } = this.#options
    this.#coordinator = await cluster.findGroupCoordinator({ groupId })
    const protocol = { version: 0, topics: [...topics], userData: commits.tell() }
    const joined = await this.#coordinator.joinGroup({
      groupId,
      memberId: this.#memberId,
      sessionTimeout: SESSION_TIMEOUT_MS,
      rebalanceTimeout: REBALANCE_TIMEOUT_MS,
      groupProtocols: [{ name: ASSIGNER, metadata: AssignerProtocol.MemberMetadata.encode(protocol) }],
    })
    this.#memberId = joined.memberId
    this.#generationId = joined.generationId
    await cluster.refreshMetadata()
    const leads = joined.leaderId === joined.memberId
    const { memberAssignment } = await this.#coordinator.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: leads ? await lead(this.#coordinator, joined.members, this.#partitions()) : [],
    })
    const assigned = AssignerProtocol.MemberAssignment.decode(memberAssignment)
    const told = leaderNote.decode(assigned?.userData ?? Buffer.alloc(0))
    commits.hear(told.commits)
    this.#members = told.members
    return Object.entries(assigned?.assignment ?? {}).flatMap(([topic, partitions]) =>
      partitions.map(partition => ({ topic, partition })),
    )
  }

  #partitions(): TopicPartition[] {
    const { cluster, topics } = this.#options
    return topics.flatMap(topic =>
      cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId }) => ({ topic, partition: partitionId }))
        .sort((one, other) => one.partition - other.partition),
    )
  }

  async #ask<T>(request: (coordinator: Broker) => Promise<T>): Promise<T> {
    const { cluster, groupId } = this.#options
    const asking = this.#memberId
    return repeatWhileNotYet(async () => {
      try {
        this.#coordinator ??= await cluster.findGroupCoordinator({ groupId })
        return await request(this.#coordinator)
      } catch (error) {
        // It moved or went away: the next attempt asks who it is.
        if (!this.#mustRejoin(error, asking)) this.#coordinator = undefined
        throw error
      }
    }, NOT_YET)
  }

  /** `asking`: the id that was not known. An answer that comes late says nothing of the id that a join has brought since. */
  #mustRejoin(error: unknown, asking = this.#memberId): boolean {
    const type = kafkaErrorType(error)
    if (type === 'UNKNOWN_MEMBER_ID' && asking === this.#memberId) this.#memberId = ''
    return type === 'REBALANCE_IN_PROGRESS' || type === 'ILLEGAL_GENERATION' || type === 'UNKNOWN_MEMBER_ID'
  }
}

async function leaveBy(cluster: Cluster, request: { groupId: string; memberId: string }): Promise<void> {
  try {
    await cluster.connect()
    const coordinator = await cluster.findGroupCoordinator(request)
    await coordinator.leaveGroup(request)
  } finally {
    await cluster.disconnect()
  }
}

/** Resolves when the signal is aborted; listens no longer than until the work is settled. */
async function untilAborted(signal: AbortSignal, work: Promise<unknown>): Promise<undefined> {
  const settled = new AbortController()
  const settle = (): void => {
    settled.abort()
  }
  work.then(settle, settle)
  if (!signal.aborted) await once(signal, 'abort', { signal: settled.signal }).catch(ignoreAbort)
}

/** A function, since the type checker takes what it has seen once for constant. */
function isAborted({ aborted }: AbortSignal): boolean {
  return aborted
}

// The wait is cut short by the abort, which the caller looks at itself.
function ignoreAbort(error: unknown): void {
  if (!(error instanceof Error) || error.name !== 'AbortError') throw error
}
