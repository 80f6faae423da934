import { setTimeout as delay } from 'node:timers/promises'
import type Cluster from 'kafkajs/src/cluster/index.js'
import type { Config } from '../../../schemas/config.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import { type FetchTarget, fetchLanes } from '../lanes/fetch-lanes.ts'
import type { Slice } from '../lanes/read-slice.ts'
import { topicOffsets } from './topic-offsets.ts'

/** The offsets of a topic by partition, when it was opened. */
export interface TopicEnds {
  readonly begins: readonly number[]
  readonly ends: readonly number[]
  /** The first record of the time that was asked for, or the end. */
  readonly since: readonly number[]
}

export interface FollowTopicOptions {
  readonly config: Config['kafka']
  readonly topic: string
  /** Epoch milliseconds, for `TopicEnds.since`. */
  readonly sinceMs: number
  /** Chooses from where each partition is read; called again where the topic turns out to be another one. */
  readonly open: (found: TopicEnds) => readonly number[]
  readonly take: (partition: number, slice: Slice) => void
  /** Whether more of a partition may come; always where it is absent. */
  readonly wants?: (partition: number) => boolean
  /** It cannot be read; null when it can again. Told once for each. */
  readonly onTrouble: (problem: string | null) => void
}

export interface FollowedTopic {
  /** Nothing is taken after this; its connections close by and by. */
  stop(): void
}

const RETRY_MS = 1000
/** At the end of the log: a record that comes meanwhile ends the waiting. */
const WAIT_MS = 500
/** Decoding an answer holds up whatever else the process does. */
const ANSWER_BYTES_MAX = 512 * 1024

/** Follows the committed records of every partition of a topic, with one connection to each broker; goes on after every outage. */
export function followTopic(options: FollowTopicOptions): FollowedTopic {
  const stopping = new AbortController()
  // Only a bug ends it with an error, and that ends the process.
  void follow(options, stopping.signal)
  return {
    stop: () => {
      stopping.abort()
    },
  }
}

async function follow(options: FollowTopicOptions, stopping: AbortSignal): Promise<void> {
  const trouble = onChange(options.onTrouble)
  while (!stopping.aborted) {
    const cluster = kafkaCluster(options.config, () => undefined)
    try {
      await followOnce(cluster, options, { stopping, trouble })
    } catch (error) {
      if (error instanceof TypeError) throw error
      trouble(`${options.topic} cannot be read: ${error instanceof Error ? error.message : String(error)}`)
      // Cut short by the end, which is no fault.
      await delay(RETRY_MS, null, { signal: stopping }).catch(() => undefined)
    } finally {
      await cluster.disconnect().catch(() => undefined)
    }
  }
}

interface Following {
  readonly stopping: AbortSignal
  readonly trouble: (problem: string | null) => void
}

/** Ends when it is told to; fails where it could not begin, or where the log does not hold a position. */
async function followOnce(
  cluster: Cluster,
  options: FollowTopicOptions,
  { stopping, trouble }: Following,
): Promise<void> {
  const { topic, open, take, wants = () => true } = options
  const found = await findEnds(cluster, options)
  if (stopping.aborted) return
  trouble(null)
  const { promise: ended, resolve, reject } = Promise.withResolvers<null>()
  stopping.addEventListener('abort', () => resolve(null), { once: true })
  const fetches = fetchLanes(cluster, trouble, { waitMs: WAIT_MS, bytesMax: ANSWER_BYTES_MAX })
  const targets = open(found).map((position, partition): FetchTarget & { position: number } => ({
    topic,
    partition,
    position,
    get wanted() {
      return wants(partition)
    },
    wantsEnd: false,
    take: slice => {
      if (stopping.aborted) return
      const target = targets[partition]
      if (target !== undefined) target.position = slice.nextOffset
      take(partition, slice)
    },
    outOfRange: reject,
  }))
  for (const target of targets) fetches.add(target)
  try {
    await ended
  } finally {
    fetches.stop()
  }
}

async function findEnds(cluster: Cluster, { topic, sinceMs }: FollowTopicOptions): Promise<TopicEnds> {
  await cluster.connect()
  await cluster.addMultipleTargetTopics([topic])
  await cluster.refreshMetadataIfNecessary()
  const since = await topicOffsets(cluster, topic, { fromTimestamp: Math.max(0, sinceMs) })
  const [begins, ends] = await Promise.all([
    topicOffsets(cluster, topic, { fromBeginning: true }),
    topicOffsets(cluster, topic, { fromBeginning: false }),
  ])
  return { begins, ends, since: since.map((offset, index) => (offset < 0 ? (ends[index] ?? 0) : offset)) }
}

function onChange(told: (problem: string | null) => void): (problem: string | null) => void {
  let isTroubled = false
  return problem => {
    if (isTroubled === (problem !== null)) return
    isTroubled = problem !== null
    told(problem)
  }
}
