import kafkajs from 'kafkajs'
import type { Admin } from 'kafkajs'
import type { PlannedTopic, TopicSetting } from './topic-plan.ts'

export interface TopicDifference {
  readonly topic: string
  /** False where a topic is missing or would lose or mix up records; true where it merely keeps less than it may. */
  readonly tolerable: boolean
  /** The topic does not exist. */
  readonly missing: boolean
  /** What differs, and how to mend it. */
  readonly message: string
}

export interface CheckTopicsOptions {
  readonly admin: Admin
  readonly plan: readonly PlannedTopic[]
  /** Topics of the user, which only have to exist. */
  readonly sources: readonly string[]
}

/** Compares the topics that exist with those that are needed; empty when all is well. Changes nothing. */
export async function checkTopics({ admin, plan, sources }: CheckTopicsOptions): Promise<TopicDifference[]> {
  const existing = new Set(await admin.listTopics())
  const missingSources = sources.filter(topic => !existing.has(topic)).map(missingSource)
  const missing = plan.filter(({ topic }) => !existing.has(topic)).map(missingTopic)
  const present = plan.filter(({ topic }) => existing.has(topic))
  if (present.length === 0) return [...missingSources, ...missing]
  const counts = await partitionCounts(admin, present)
  const settings = await settingsOf(admin, present)
  const differences = present.flatMap(planned => [
    ...countDifference(planned, counts.get(planned.topic) ?? 0),
    ...planned.settings.flatMap(setting =>
      settingDifference(planned, setting, settings.get(planned.topic)?.get(setting.name)),
    ),
  ])
  return [...missingSources, ...missing, ...differences]
}

function missingSource(topic: string): TopicDifference {
  return {
    topic,
    tolerable: false,
    missing: true,
    message: `topic ${topic} does not exist: create it, or correct its name under sources`,
  }
}

function missingTopic({ topic }: PlannedTopic): TopicDifference {
  const message = `topic ${topic} does not exist: run llmtrigger topics create`
  return { topic, tolerable: false, missing: true, message }
}

async function partitionCounts(admin: Admin, present: readonly PlannedTopic[]): Promise<Map<string, number>> {
  const { topics } = await admin.fetchTopicMetadata({ topics: present.map(({ topic }) => topic) })
  return new Map(topics.map(({ name, partitions }) => [name, partitions.length]))
}

async function settingsOf(
  admin: Admin,
  present: readonly PlannedTopic[],
): Promise<Map<string, Map<string, string>>> {
  const resources = present.map(({ topic }) => ({ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }))
  const answer = await admin.describeConfigs({ resources, includeSynonyms: false })
  return new Map(
    answer.resources.map(({ resourceName, configEntries }) => [
      resourceName,
      new Map(configEntries.map(({ configName, configValue }) => [configName, configValue])),
    ]),
  )
}

function countDifference({ topic, partitions }: PlannedTopic, found: number): TopicDifference[] {
  if (found === partitions) return []
  const fix =
    partitions === 1
      ? 'delete it and run llmtrigger topics create'
      : `set kafka.partitions so that the count fits, or use another topic_prefix`
  return [
    {
      topic,
      tolerable: false,
      missing: false,
      message: `topic ${topic} has ${found} partitions and needs ${partitions}: ${fix}`,
    },
  ]
}

function settingDifference(
  { topic }: PlannedTopic,
  { name, value, rule }: TopicSetting,
  found: string | undefined,
): TopicDifference[] {
  if (found === undefined || suffices({ value, rule }, found)) return []
  const change = `kafka-configs --alter --entity-type topics --entity-name ${topic} --add-config ${name}=${value}`
  const atLeast = rule === 'least' ? 'at least ' : ''
  return [
    {
      topic,
      tolerable: rule === 'least',
      missing: false,
      message: `topic ${topic} has ${name}=${found} and needs ${atLeast}${value}: ${change}`,
    },
  ]
}

function suffices({ value, rule }: Omit<TopicSetting, 'name'>, found: string): boolean {
  if (rule === 'exact') return found === value
  return Number(found) === -1 || Number(found) >= Number(value)
}
