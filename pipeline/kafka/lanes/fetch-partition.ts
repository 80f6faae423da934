import type { FetchedPartition } from 'kafkajs/src/broker/index.js'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'

const READ_COMMITTED = 1

export interface FetchFrom extends TopicPartition {
  readonly offset: number
  readonly bytesMax: number
  /** How long the broker waits for a first record. */
  readonly waitMs: number
}

/** Fetches one partition once, read-committed; the cluster knows its topic. */
export async function fetchPartition(
  cluster: Cluster,
  { topic, partition, offset, bytesMax, waitMs }: FetchFrom,
): Promise<FetchedPartition> {
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader
  const broker = await cluster.findBroker({ nodeId: `${leader}` })
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: waitMs,
    minBytes: 1,
    maxBytes: bytesMax,
    topics: [{ topic, partitions: [{ partition, fetchOffset: `${offset}`, maxBytes: bytesMax }] }],
  })
  const fetched = responses[0]?.partitions[0]
  if (fetched === undefined)
    throw new PipelineError('lane_unavailable', `${topic}/${partition}: an empty answer`)
  return fetched
}
