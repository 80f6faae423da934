import kafkajs from 'kafkajs'
import type { Config } from '../../../schemas/config.ts'
import { kafkaClient } from '../kafka-client.ts'

/** What a topic does with the times of its records. */
export interface TopicTimes {
  readonly topic: string
  /** The broker puts its own time in the place of theirs. */
  readonly isAppendTime: boolean
  /** Records that are older are deleted; null where they are kept. */
  readonly retentionMs: number | null
}

/** Asks what topics do with the times of their records; empty where this user may not know it. */
export async function topicTimes(
  config: Config['kafka'],
  topics: readonly string[],
): Promise<readonly TopicTimes[]> {
  const admin = kafkaClient(config, 'producer').admin()
  try {
    await admin.connect()
    const resources = topics.map(name => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name }))
    const { resources: answers } = await admin.describeConfigs({ resources, includeSynonyms: false })
    return answers.map(({ resourceName, configEntries }) => {
      const valueOf = (name: string) =>
        configEntries.find(({ configName }) => configName === name)?.configValue
      const retentionMs = Number(valueOf('retention.ms') ?? -1)
      const isDeleting = valueOf('cleanup.policy')?.includes('delete') === true
      return {
        topic: resourceName,
        isAppendTime: valueOf('message.timestamp.type') === 'LogAppendTime',
        retentionMs: isDeleting && retentionMs >= 0 ? retentionMs : null,
      }
    })
  } catch (error) {
    if (error instanceof kafkajs.KafkaJSError) return []
    throw error
  } finally {
    // Nothing waits for it: the answer is there, or the connection is what failed.
    void admin.disconnect().catch(() => undefined)
  }
}
