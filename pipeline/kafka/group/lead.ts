import { AssignerProtocol } from 'kafkajs'
import type { GroupMemberAssignment } from 'kafkajs'
import type Broker from 'kafkajs/src/broker/index.js'
import { KnownCommits } from './known-commits.ts'
import { kafkaErrorType } from '../kafka-error-type.ts'
import { assignPartitions } from './assign-partitions.ts'
import type { TopicPartition } from './assign-partitions.ts'
import { leaderNote } from './leader-note.ts'

interface Member {
  readonly memberId: string
  readonly memberMetadata: Buffer
}

/**
 * Does what the leader of a group does: deals the partitions of all topics to those that subscribe to them. While the sources
 * change, members of the former and of the next configuration are in the group together. Each is told what any of them knows
 * to be committed, and how many members there are.
 */
export async function lead(
  coordinator: Broker,
  members: readonly Member[],
  own: readonly TopicPartition[],
): Promise<GroupMemberAssignment[]> {
  const commits = new KnownCommits()
  const subscribers = members.map(({ memberId, memberMetadata }) => {
    const metadata = AssignerProtocol.MemberMetadata.decode(memberMetadata)
    commits.hear(metadata?.userData ?? Buffer.alloc(0))
    return { memberId, topics: metadata?.topics ?? [] }
  })
  const others = new Set(subscribers.flatMap(({ topics }) => topics))
  for (const { topic } of own) others.delete(topic)
  const partitions = [...own, ...(await partitionsOf(coordinator, [...others]))]
  return assignPartitions(subscribers, partitions, dealt =>
    leaderNote.encode(members.length, commits.tellOf(dealt)),
  )
}

async function partitionsOf(coordinator: Broker, topics: readonly string[]): Promise<TopicPartition[]> {
  if (topics.length === 0) return []
  try {
    const { topicMetadata } = await coordinator.metadata(topics)
    return topicMetadata.flatMap(({ topic, partitionMetadata }) =>
      partitionMetadata.map(({ partitionId }) => ({ topic, partition: partitionId })),
    )
  } catch (error) {
    // One of them is missing, which is for those to say that subscribe to it.
    if (kafkaErrorType(error) === undefined) throw error
    return []
  }
}
