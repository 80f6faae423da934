import type { Admin } from 'kafkajs'
import type { Config } from '../../schemas/config.ts'
import { nearestName } from '../documents/nearest-name.ts'
import { checkTopics } from '../kafka/check-topics.ts'
import { kafkaClient } from '../kafka/kafka-client.ts'
import { topicPlan } from '../kafka/topic-plan.ts'
import type { Check } from './check.ts'
import { kafkaTrouble } from './kafka-trouble.ts'

/** Whether Kafka answers, holds the source topics, and holds ours with the settings that they need. */
export async function checkKafka(config: Config): Promise<readonly Check[]> {
  const admin = kafkaClient(config.kafka, 'producer').admin()
  try {
    await admin.connect()
    const { brokers } = await admin.describeCluster()
    const detail = `${brokers.length === 1 ? '1 broker' : `${brokers.length} brokers`} at ${config.kafka.brokers.join(', ')}`
    return [
      { name: 'kafka', status: 'ok', detail, fix: null },
      ...(await sourceTopics(admin, config)),
      ...(await ownTopics(admin, config)),
    ]
  } catch (error) {
    const trouble = kafkaTrouble(error, config.kafka)
    if (trouble === undefined) throw error
    return [
      { name: 'kafka', status: 'failed', detail: trouble.detail, fix: trouble.fix },
      { name: 'topics', status: 'skipped', detail: 'kafka did not answer', fix: null },
    ]
  } finally {
    // Nothing waits for it: a connection that hangs is what was found out above.
    void admin.disconnect().catch(() => undefined)
  }
}

async function sourceTopics(admin: Admin, config: Config): Promise<readonly Check[]> {
  const existing = await admin.listTopics()
  return config.sources.map(({ topic }, index): Check => {
    const name = `source ${topic}`
    if (existing.includes(topic)) return { name, status: 'ok', detail: 'exists', fix: null }
    const meant = nearestName(topic, existing)
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    return {
      name,
      status: 'failed',
      detail: 'no such topic',
      fix: `create it, or correct sources.${index}.topic${hint}`,
    }
  })
}

async function ownTopics(admin: Admin, config: Config): Promise<readonly Check[]> {
  const plan = topicPlan(config.kafka)
  const differences = await checkTopics({ admin, plan, sources: [] })
  if (differences.length === 0) {
    return [{ name: 'topics', status: 'ok', detail: `${plan.length} topics as they must be`, fix: null }]
  }
  return differences.map(({ tolerable, message }) => ({
    name: 'topics',
    status: tolerable ? 'warning' : 'failed',
    detail: message,
    fix: null,
  }))
}
