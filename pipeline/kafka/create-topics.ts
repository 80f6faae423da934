import type { Admin } from 'kafkajs'
import type { PlannedTopic } from './topic-plan.ts'

const TIMEOUT_MS = 10_000

/** Creates the planned topics that do not exist, and answers their names. What exists is not touched. */
export async function createTopics(admin: Admin, plan: readonly PlannedTopic[]): Promise<string[]> {
  const existing = new Set(await admin.listTopics())
  const missing = plan.filter(({ topic }) => !existing.has(topic))
  if (missing.length === 0) return []
  await admin.createTopics({
    waitForLeaders: true,
    timeout: TIMEOUT_MS,
    topics: missing.map(({ topic, partitions, replicationFactor, settings }) => ({
      topic,
      numPartitions: partitions,
      replicationFactor,
      configEntries: settings.map(({ name, value }) => ({ name, value })),
    })),
  })
  return missing.map(({ topic }) => topic)
}
