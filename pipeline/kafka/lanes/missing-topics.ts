import { setTimeout as delay } from 'node:timers/promises'
import type { Kafka } from 'kafkajs'
import { KafkaJSError } from 'kafkajs/src/errors.js'

const LOOKS = 4
const BETWEEN_MS = 1000

/**
 * Those of the topics that do not exist: in none of several looks, since a broker that restarts may answer before it knows all
 * topics. None where nobody can say.
 */
export async function missingTopics(kafka: Kafka, topics: readonly string[]): Promise<readonly string[]> {
  let missing = topics
  for (let look = 0; look < LOOKS && missing.length > 0; look++) {
    if (look > 0) await delay(BETWEEN_MS)
    const existing = await existingTopics(kafka)
    if (existing === null) return []
    missing = missing.filter(topic => !existing.has(topic))
  }
  return missing
}

async function existingTopics(kafka: Kafka): Promise<ReadonlySet<string> | null> {
  const admin = kafka.admin()
  try {
    await admin.connect()
    return new Set(await admin.listTopics())
  } catch (error) {
    if (error instanceof KafkaJSError) return null
    throw error
  } finally {
    await admin.disconnect()
  }
}
