import type { Kafka } from 'kafkajs'

/** Those of the topics that do not exist. */
export async function missingTopics(kafka: Kafka, topics: readonly string[]): Promise<readonly string[]> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    const existing = new Set(await admin.listTopics())
    return topics.filter(topic => !existing.has(topic))
  } finally {
    await admin.disconnect()
  }
}
