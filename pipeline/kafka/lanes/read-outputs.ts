import type Cluster from 'kafkajs/src/cluster/index.js'
import type { LogRecord, StageOutputs } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { fetchPartition } from './fetch-partition.ts'
import { findOffset } from './find-offset.ts'
import { readRange } from './read-range.ts'

// A transaction of another lane's dead owner is open for 15 s, and the broker looks for such ones every 10 s.
const FRUITLESS_MAX = 1200

export interface ReadOutputsOptions {
  readonly cluster: Cluster
  /** The partition whose outputs are looked for. */
  readonly at: TopicPartition
  readonly outputs: StageOutputs
  /** Outputs that were written earlier are not looked for. */
  readonly sinceMs: number
  /** Told after each fetch how many records it brought; ends the reading by throwing. */
  readonly onRead: (records: number) => void
}

/**
 * Finds the first offset of a partition that no output names, nor any offset behind it; 0 where none names the partition. The
 * previous owner is fenced, and all outputs of one commit come with it, so that nothing before this offset is left to do.
 */
export async function readOutputs(options: ReadOutputsOptions): Promise<number> {
  const { cluster, outputs } = options
  await cluster.connect()
  await cluster.addMultipleTargetTopics(outputs.topics)
  await cluster.refreshMetadataIfNecessary()
  let behind = 0
  for (const topic of outputs.topics) {
    for (const { partitionId: partition } of cluster.findTopicPartitionMetadata(topic)) {
      for await (const { records } of await rangeOf(options, { topic, partition })) {
        options.onRead(records.length)
        behind = records.reduce((highest, record) => Math.max(highest, offsetBehind(record, options)), behind)
      }
    }
  }
  return behind
}

/** From the first record of the time to what its leader has now, where transactions of other lanes may still be open. */
async function rangeOf({ cluster, sinceMs }: ReadOutputsOptions, at: TopicPartition) {
  // Asked for first: what becomes readable between the two questions is behind it.
  const stable = await findOffset(cluster, at, { fromBeginning: false })
  const since = await findOffset(cluster, at, { fromTimestamp: Math.max(0, sinceMs) })
  if (stable === undefined || since === undefined) {
    throw new PipelineError('lane_unavailable', `${at.topic}/${at.partition} has no leader`)
  }
  const from = since < 0 ? stable : since
  const { highWatermark } = await fetchPartition(cluster, { ...at, offset: from, bytesMax: 1, waitMs: 0 })
  return readRange(cluster, { ...at, from, to: Number(highWatermark), fruitlessMax: FRUITLESS_MAX })
}

function offsetBehind(record: LogRecord, { at, outputs }: ReadOutputsOptions): number {
  const source = outputs.sourceOf(record)
  return source?.topic === at.topic && source.partition === at.partition ? source.offset + 1 : 0
}
