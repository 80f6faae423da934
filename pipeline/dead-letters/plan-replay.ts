import { partitionOf } from '../../operators/lanes/partition-of.ts'
import type { OutputRecord } from '../../operators/lanes/lane.ts'
import { workSchema } from '../../schemas/work.ts'
import type { Topics } from '../topics-of.ts'
import type { DeadLetter } from './read-dead-letter.ts'

export interface PlanReplayOptions {
  readonly topics: Topics
  /** N of the configuration: `work` has 2N partitions. */
  readonly partitions: number
  /** Partitions of every topic that exists. */
  readonly partitionCounts: ReadonlyMap<string, number>
}

/** The record that replays a dead letter, or why it cannot be replayed. */
export type ReplayPlan = { readonly record: OutputRecord } | { readonly refusal: string }

/**
 * Makes of a dead letter the record that replays it: its key, value and own headers, for its target.
 *
 * A work record goes where ROUTE puts its key now, so that it meets the other events of its (rule, key) also after N has
 * changed; an event goes back to the partition that it came from, and with it stays in the order of its key.
 */
export function planReplay(letter: DeadLetter, options: PlanReplayOptions): ReplayPlan {
  const { key, value, ownHeaders, target, decisionId } = letter
  const refusal = refusalOf(letter, options)
  if (refusal !== null) return { refusal }
  if (target === null) return { refusal: 'it does not name its target' }
  const count = options.partitionCounts.get(target)
  if (count === undefined) return { refusal: `topic ${target}, where it belongs, does not exist` }
  if (target !== options.topics.work) {
    const partition = letter.origin.partition % count
    return { record: { topic: target, partition, key, value, headers: ownHeaders } }
  }
  const partition = workPartition(letter, options.partitions) ?? letter.origin.partition
  if (!(partition < count)) {
    return { refusal: `it belongs to partition ${partition} of ${target}, which has ${count}: run doctor` }
  }
  const headers = { ...ownHeaders, ...(decisionId !== null && { 'llmtrigger-decision-id': decisionId }) }
  return { record: { topic: target, partition, key, value, headers } }
}

function refusalOf({ truncated, target }: DeadLetter, { topics }: PlanReplayOptions): string | null {
  if (truncated) return 'its value was over 4 MiB and was cut: produce the whole record again by hand'
  const { work: _work, ...written } = topics
  if (Object.values(written).some(topic => topic === target)) {
    return `its target ${target} is written by the pipeline alone`
  }
  return null
}

/** By the rule and key in the record; null for a record that is no work. */
function workPartition({ value }: DeadLetter, partitions: number): number | null {
  try {
    const { data } = workSchema.safeParse(JSON.parse(value?.toString() ?? ''))
    if (data === undefined) return null
    const traditional = data.rule_type === 'traditional'
    return partitionOf(`${data.rule_id}|${data.key}`, { partitions, traditional })
  } catch (error) {
    if (error instanceof SyntaxError) return null
    throw error
  }
}
