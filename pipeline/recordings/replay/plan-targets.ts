import { PipelineError } from '../../../schemas/failure.ts'
import type { Survey } from './survey-recording.ts'

export interface PlanTargetsOptions {
  readonly survey: Survey
  /** From a topic of the recording to another one; a topic that is absent keeps its name. */
  readonly topicMap: ReadonlyMap<string, string>
  /** Partitions of every topic that exists. */
  readonly counts: ReadonlyMap<string, number>
  /** Topics that the pipeline writes: records of others would mislead it. */
  readonly ownTopics: readonly string[]
  readonly allowOwn: boolean
}

/** Where the records of one topic go. */
export interface Target {
  readonly topic: string
  readonly target: string
  /** Partitions of the target. */
  readonly partitions: number
  /** Each record goes to the partition that it lay in; otherwise its key decides. */
  readonly keepsPartitions: boolean
  readonly records: number
}

/** Finds the targets of all topics of a recording, or says everything that is in the way. */
export function planTargets(options: PlanTargetsOptions): readonly Target[] {
  const { survey, topicMap, counts } = options
  const unknown = [...topicMap.keys()].filter(topic => !survey.topics.has(topic))
  const problems = unknown.map(topic => `--topic-map: there is no record of ${topic}`)
  const targets = [...survey.topics].map(([topic, { records, partitions: needed }]) => {
    const target = topicMap.get(topic) ?? topic
    const partitions = counts.get(target) ?? 0
    return { topic, target, partitions, keepsPartitions: partitions >= needed, records }
  })
  for (const target of targets) problems.push(...problemsOf(target, options))
  if (problems.length > 0) throw new PipelineError('config_invalid', problems.join('\n'))
  return targets
}

function problemsOf(
  { topic, target, partitions }: Target,
  { ownTopics, allowOwn }: PlanTargetsOptions,
): string[] {
  if (partitions === 0) {
    return [`topic ${target} does not exist: create it, or map it, --topic-map ${topic}=OTHER`]
  }
  if (allowOwn || !ownTopics.includes(target)) return []
  const why = 'is written by the pipeline itself, which takes what lies there for its own'
  return [`topic ${target} ${why}: map it, --topic-map ${topic}=OTHER, or add --own-topics`]
}
