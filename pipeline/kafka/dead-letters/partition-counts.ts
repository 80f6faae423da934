import type { Config } from '../../../schemas/config.ts'
import { kafkaClient } from '../kafka-client.ts'

/** How many partitions each topic has that exists and that this user may see. */
export async function partitionCounts(config: Config['kafka']): Promise<ReadonlyMap<string, number>> {
  const admin = kafkaClient(config, 'producer').admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata()
    return new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
  } finally {
    // Nothing waits for it: the answer is there, or the connection is what failed.
    void admin.disconnect().catch(() => undefined)
  }
}
