import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { topicsOf } from '../../topics-of.ts'
import { partitionCounts } from './partition-counts.ts'
import { TopicReader } from './topic-reader.ts'

export interface OpenedDeadLetters {
  /** Whoever takes it closes it. */
  readonly reader: TopicReader
  /** Partitions of every topic that exists. */
  readonly counts: ReadonlyMap<string, number>
}

/** Opens the dead-letter topic of a deployment for reading. */
export async function openDeadLetters(config: Config['kafka']): Promise<OpenedDeadLetters> {
  const { deadLetter } = topicsOf(config.topic_prefix)
  const counts = await partitionCounts(config)
  if (!counts.has(deadLetter)) {
    throw new PipelineError(
      'topic_missing',
      `topic ${deadLetter} does not exist: run llmtrigger topics create`,
    )
  }
  const reader = new TopicReader(config, deadLetter)
  try {
    await reader.connect()
    return { reader, counts }
  } catch (error) {
    await reader.close()
    throw error
  }
}
