import type { Config } from '../../schemas/config.ts'
import { topicsOf } from '../topics-of.ts'

const RECORD_BYTES_MAX = 4 * 1024 * 1024
// A dead letter carries a whole record of the largest size and our headers besides.
const DEAD_LETTER_BYTES_MAX = RECORD_BYTES_MAX + 1024 * 1024
const RETENTION_MS_MIN = 7 * 24 * 3600 * 1000

export interface TopicSetting {
  readonly name: string
  readonly value: string
  /** `exact`: another value is a mistake. `least`: a higher one, or -1 for none at all, will do. */
  readonly rule: 'exact' | 'least'
}

export interface PlannedTopic {
  readonly topic: string
  readonly partitions: number
  readonly replicationFactor: number
  readonly settings: readonly TopicSetting[]
}

/**
 * The topics of a deployment with the settings that it stands on.
 *
 * `dead-letter` has N partitions: its writers spread by the partition that the record came from, and nothing owns one.
 */
export function topicPlan({
  topic_prefix: prefix,
  partitions,
  replication_factor: replicationFactor,
}: Config['kafka']): PlannedTopic[] {
  const topics = topicsOf(prefix)
  const plan = (topic: string, count: number, settings: readonly TopicSetting[]): PlannedTopic => ({
    topic,
    partitions: count,
    replicationFactor,
    settings,
  })
  const lanes = 2 * partitions
  return [
    plan(topics.work, lanes, [exact('message.timestamp.type', 'LogAppendTime'), ...kept(RECORD_BYTES_MAX)]),
    plan(topics.decisions, lanes, kept(RECORD_BYTES_MAX)),
    plan(topics.alerts, lanes, kept(RECORD_BYTES_MAX)),
    plan(topics.deliveries, lanes, kept(RECORD_BYTES_MAX)),
    plan(topics.deadLetter, partitions, kept(DEAD_LETTER_BYTES_MAX)),
    // One partition: the versions of a rule, and the order of all changes, are its offsets.
    plan(topics.rules, 1, [exact('cleanup.policy', 'compact'), least('max.message.bytes', RECORD_BYTES_MAX)]),
    plan(topics.modelLimits, 1, [exact('cleanup.policy', 'compact')]),
  ]
}

function kept(recordBytesMax: number): TopicSetting[] {
  return [
    exact('cleanup.policy', 'delete'),
    least('retention.ms', RETENTION_MS_MIN),
    least('max.message.bytes', recordBytesMax),
  ]
}

function exact(name: string, value: string): TopicSetting {
  return { name, value, rule: 'exact' }
}

function least(name: string, value: number): TopicSetting {
  return { name, value: `${value}`, rule: 'least' }
}
