import type { RecordMetadata } from 'kafkajs'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'

/** Where the records of a send to one partition lie; an answer that lacks the partition is a failure. */
export function firstOffsetOf(
  answers: readonly RecordMetadata[],
  { topic, partition }: TopicPartition,
): number {
  const answer = answers.find(one => one.topicName === topic && one.partition === partition)
  if (answer?.baseOffset === undefined || answer.errorCode !== 0) {
    throw new PipelineError(
      'commit_failed',
      `the broker has not acknowledged the records for ${topic}/${partition}`,
    )
  }
  return Number(answer.baseOffset)
}
