import type Cluster from 'kafkajs/src/cluster/index.js'
import type { LogRecord, StageOutputs } from '../../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import type { TopicPartition } from '../../group/assign-partitions.ts'
import { fetchPartition } from '../fetch-partition.ts'
import { findOffset } from '../find-offset.ts'
import { readRange } from '../read-range.ts'

// A transaction of another lane's dead owner is open for 15 s, and the broker looks for such ones every 10 s.
const FRUITLESS_MAX = 1200

/** How far back is looked first, and how many times as far each time that nothing was found there. */
const BACK_MS = 5000
const BACK_GROWTH = 4

export interface ReadOutputsOptions {
  readonly cluster: Cluster
  /** The partition whose outputs are looked for. */
  readonly at: TopicPartition
  readonly outputs: StageOutputs
  /** Outputs that were written earlier are not looked for; null where nobody says. */
  readonly sinceMs: number | null
  /** A partition that has none among so many of the newest outputs is taken to have none at all. */
  readonly recordsMax: number
  /** Told after each fetch how many records it brought; ends the reading by throwing. */
  readonly onRead: (records: number) => void
}

/**
 * Finds the first offset of a partition that no output names, nor any offset behind it; 0 where none names the partition. The
 * previous owner is fenced, and all outputs of one commit come with it, so that nothing before this offset is left to do.
 *
 * Reads backward, since the newest output of a partition says all: mostly it is one of the last few seconds.
 */
export async function readOutputs(options: ReadOutputsOptions): Promise<number> {
  const { cluster, outputs, recordsMax } = options
  const sinceMs = options.sinceMs ?? 0
  await cluster.connect()
  await cluster.addMultipleTargetTopics(outputs.topics)
  await cluster.refreshMetadataIfNecessary()
  const nowMs = Date.now()
  let unread = await Promise.all(partitionsOf(options).map(at => endOf(cluster, at)))
  let records = 0
  for (let backMs = BACK_MS; ; backMs *= BACK_GROWTH) {
    const fromMs = Math.max(nowMs - backMs, sinceMs)
    const parts = await Promise.all(unread.map(part => partSince(cluster, part, fromMs)))
    const found = await readParts(parts, options)
    records += found.records
    if (found.behind > 0 || fromMs <= sinceMs || records >= recordsMax) return found.behind
    unread = parts.map(({ topic, partition, from }) => ({ topic, partition, to: from, stable: from }))
  }
}

async function readParts(parts: readonly Part[], options: ReadOutputsOptions) {
  let behind = 0
  let count = 0
  for (const part of parts) {
    for await (const { records } of readRange(options.cluster, { ...part, fruitlessMax: FRUITLESS_MAX })) {
      options.onRead(records.length)
      count += records.length
      behind = records.reduce((highest, record) => Math.max(highest, offsetBehind(record, options)), behind)
    }
  }
  return { behind, records: count }
}

interface Part extends TopicPartition {
  readonly from: number
  /** First offset behind it. */
  readonly to: number
}

/** Of a partition, what is not read yet. */
interface UnreadPart extends TopicPartition {
  /** What can be read now; behind it transactions of other lanes may still be open. */
  readonly stable: number
  readonly to: number
}

function partitionsOf({ cluster, outputs }: ReadOutputsOptions): TopicPartition[] {
  return outputs.topics.flatMap(topic =>
    cluster.findTopicPartitionMetadata(topic).map(({ partitionId: partition }) => ({ topic, partition })),
  )
}

async function endOf(cluster: Cluster, at: TopicPartition): Promise<UnreadPart> {
  const stable = await findOffset(cluster, at, { fromBeginning: false })
  if (stable === undefined) throw noLeader(at)
  const end = await fetchPartition(cluster, { ...at, offset: stable, bytesMax: 1, waitMs: 0 })
  return { ...at, stable, to: Number(end.highWatermark) }
}

/** From the first record of the time on. */
async function partSince(cluster: Cluster, { stable, to, ...at }: UnreadPart, fromMs: number): Promise<Part> {
  const found = await findOffset(cluster, at, { fromTimestamp: fromMs })
  if (found === undefined) throw noLeader(at)
  // What became readable since the end was asked for is behind what could be read then.
  return { ...at, from: Math.min(found < 0 ? stable : found, to), to }
}

function noLeader({ topic, partition }: TopicPartition): PipelineError {
  return new PipelineError('lane_unavailable', `${topic}/${partition} has no leader`)
}

function offsetBehind(record: LogRecord, { at, outputs }: ReadOutputsOptions): number {
  const source = outputs.sourceOf(record)
  return source?.topic === at.topic && source.partition === at.partition ? source.offset + 1 : 0
}
