import { setTimeout as delay } from 'node:timers/promises'
import { KafkaJSOffsetOutOfRange } from 'kafkajs/src/errors.js'
import type { FetchRequest, FetchResponse } from 'kafkajs/src/broker/index.js'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { readSlice } from './read-slice.ts'
import type { Slice } from './read-slice.ts'

const READ_COMMITTED = 1
const PARTITION_BYTES_MAX = 1024 * 1024
/** Of lanes: nothing is taken up later than a fetch that waits. */
const laneFetches: FetchSettings = { waitMs: 100, bytesMax: 8 * 1024 * 1024 }
const IDLE_MS = 20
/** How often a leader is asked for that a partition has not got. */
const LEADER_MS = 500
const BACKOFF_MS_MAX = 1000
const FAILURES_SILENT_MAX = 10

/** One partition that is read. The position and what is wanted are looked at anew before every fetch. */
export interface FetchTarget {
  readonly topic: string
  readonly partition: number
  readonly position: number
  /** False while the reader has enough. */
  readonly wanted: boolean
  /** The reader waits for proof that it has reached the end: the answer must come at once, also without records. */
  readonly wantsEnd: boolean
  take(slice: Slice): void
  /** The log does not hold the position. */
  outOfRange(error: Error): void
}

export interface FetchSettings {
  /** How long a fetch waits at the end of the log, and so how long opening, resuming and seeking may be delayed. */
  readonly waitMs: number
  /** Of the answer of one broker; one batch may be larger. */
  readonly bytesMax: number
}

export interface LaneFetches {
  add(target: FetchTarget): void
  remove(target: FetchTarget): void
  stop(): void
}

/**
 * Reads many partitions with one request at a time for each broker, and hands over every answer before the next.
 *
 * `onTrouble` is told when fetching has failed several times in a row, and `null` when it works again.
 */
export function fetchLanes(
  cluster: Cluster,
  onTrouble: (problem: string | null) => void,
  settings: FetchSettings = laneFetches,
): LaneFetches {
  const state: FetchState = {
    cluster,
    settings,
    targets: new Set(),
    nodes: new Set(),
    stopped: false,
    onTrouble,
    askedMs: -LEADER_MS,
  }
  return {
    add: target => {
      state.targets.add(target)
      followNodes(state)
    },
    remove: target => {
      state.targets.delete(target)
    },
    stop: () => {
      state.stopped = true
    },
  }
}

interface FetchState {
  readonly cluster: Cluster
  readonly settings: FetchSettings
  readonly targets: Set<FetchTarget>
  /** Brokers that are read now. */
  readonly nodes: Set<string>
  readonly onTrouble: (problem: string | null) => void
  stopped: boolean
  /** When a missing leader was asked for. */
  askedMs: number
}

function followNodes(state: FetchState): void {
  for (const nodeId of state.cluster.getNodeIds()) {
    if (state.nodes.has(nodeId)) continue
    state.nodes.add(nodeId)
    void followNode(state, nodeId)
  }
}

// Never rejects: what cannot be fetched is tried again until the lanes are closed; what a taker throws is its own lane's matter.
async function followNode(state: FetchState, nodeId: string): Promise<void> {
  let failures = 0
  while (!state.stopped && state.cluster.getNodeIds().includes(nodeId)) {
    try {
      await fetchOnce(state, nodeId)
      if (failures > FAILURES_SILENT_MAX) state.onTrouble(null)
      failures = 0
    } catch (error) {
      failures++
      if (failures > FAILURES_SILENT_MAX) state.onTrouble(`records cannot be fetched: ${String(error)}`)
      await delay(Math.min(IDLE_MS * 2 ** Math.min(failures, 10), BACKOFF_MS_MAX))
      await refresh(state)
    }
  }
  state.nodes.delete(nodeId)
}

async function refresh(state: FetchState): Promise<void> {
  try {
    await state.cluster.refreshMetadata()
    if (!state.stopped) followNodes(state)
  } catch {
    // The next fetch fails for the same reason, and that is counted.
  }
}

async function fetchOnce(state: FetchState, nodeId: string): Promise<void> {
  await findLeaders(state)
  // A broker may have come back, or come new, with partitions that nobody reads yet.
  followNodes(state)
  const targets = [...state.targets].filter(target => target.wanted && leaderOf(state, target) === nodeId)
  if (targets.length === 0) {
    await delay(IDLE_MS)
    return
  }
  const broker = await state.cluster.findBroker({ nodeId })
  const positions = new Map(
    targets.map(target => [keyOf(target.topic, target.partition), { target, at: target.position }]),
  )
  const response = await broker.fetch(requestFor(targets, state.settings)).catch((error: unknown) => {
    if (!(error instanceof KafkaJSOffsetOutOfRange)) throw error
    positions.get(keyOf(error.topic, error.partition))?.target.outOfRange(error)
    return null
  })
  if (response === null || state.stopped) return
  deliver(state, response, positions)
}

/** Metadata without a leader are no error and would be kept for their whole age. */
async function findLeaders(state: FetchState): Promise<void> {
  const isMissing = [...state.targets].some(target => Number(leaderOf(state, target) ?? -1) < 0)
  const nowMs = performance.now()
  if (!isMissing || nowMs - state.askedMs < LEADER_MS) {
    await state.cluster.refreshMetadataIfNecessary()
    return
  }
  state.askedMs = nowMs
  await state.cluster.refreshMetadata()
}

function deliver(
  state: FetchState,
  response: FetchResponse,
  asked: Map<string, { target: FetchTarget; at: number }>,
): void {
  for (const { topicName, partitions } of response.responses) {
    for (const partition of partitions) {
      const found = asked.get(keyOf(topicName, partition.partition))
      // A lane that closed meanwhile takes nothing any more.
      if (found === undefined || !state.targets.has(found.target)) continue
      // While a leader moves, two brokers may have been asked for the same records.
      if (found.target.position !== found.at) continue
      found.target.take(readSlice(partition, found.at))
    }
  }
}

function requestFor(targets: readonly FetchTarget[], { waitMs, bytesMax }: FetchSettings): FetchRequest {
  const byTopic = new Map<string, FetchTarget[]>()
  for (const target of targets) byTopic.set(target.topic, [...(byTopic.get(target.topic) ?? []), target])
  return {
    isolationLevel: READ_COMMITTED,
    maxWaitTime: targets.some(({ wantsEnd }) => wantsEnd) ? 0 : waitMs,
    minBytes: 1,
    maxBytes: bytesMax,
    topics: [...byTopic].map(([topic, ofTopic]) => ({
      topic,
      partitions: ofTopic.map(({ partition, position }) => ({
        partition,
        fetchOffset: `${position}`,
        maxBytes: Math.min(bytesMax, PARTITION_BYTES_MAX),
      })),
    })),
  }
}

function leaderOf({ cluster }: FetchState, { topic, partition }: FetchTarget): string | undefined {
  const found = cluster.findTopicPartitionMetadata(topic).find(({ partitionId }) => partitionId === partition)
  return found === undefined ? undefined : `${found.leader}`
}

function keyOf(topic: string, partition: number): string {
  return `${topic}/${partition}`
}
