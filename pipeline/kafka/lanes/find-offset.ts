import type Cluster from 'kafkajs/src/cluster/index.js'
import type { OffsetQuery } from 'kafkajs/src/cluster/index.js'
import type { TopicPartition } from '../group/assign-partitions.ts'

/**
 * Asks the leader of a partition for an offset: its beginning, its end, or the first record that is no older than a time, -1
 * where there is none. As readers of committed records see them: undefined where the cluster knows no such partition.
 */
export async function findOffset(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  query: OffsetQuery,
): Promise<number | undefined> {
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...query }])
  const offset = found?.partitions[0]?.offset
  return offset === undefined ? undefined : Number(offset)
}
