import type Cluster from 'kafkajs/src/cluster/index.js'
import type { OffsetQuery } from 'kafkajs/src/cluster/index.js'

/** One offset for each partition of a topic that the cluster knows, from 0 on: -1 where no record is as young as is asked for. */
export async function topicOffsets(
  cluster: Cluster,
  topic: string,
  query: OffsetQuery,
): Promise<readonly number[]> {
  const ids = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => partitionId)
  const partitions = ids.map(partition => ({ partition }))
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions, ...query }])
  const offsets = new Map(
    (found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]),
  )
  return ids.toSorted((one, other) => one - other).map(id => offsets.get(id) ?? -1)
}
