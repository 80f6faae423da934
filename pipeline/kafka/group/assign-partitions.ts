import { AssignerProtocol } from 'kafkajs'
import type { GroupMemberAssignment } from 'kafkajs'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** A member of the group and what it can take. */
export interface Subscriber {
  readonly memberId: string
  readonly topics: readonly string[]
}

interface Hand {
  readonly subscriber: Subscriber
  readonly partitions: TopicPartition[]
}

/**
 * Deals each partition to the member with the fewest among those that subscribe to its topic; so in turn where all subscribe
 * alike, and the first and the second half of a topic spread alike. Each gets the user data of its partitions.
 */
export function assignPartitions(
  subscribers: readonly Subscriber[],
  partitions: readonly TopicPartition[],
  userDataOf: (partitions: readonly TopicPartition[]) => Buffer = () => Buffer.alloc(0),
): GroupMemberAssignment[] {
  const hands = [...subscribers]
    .sort((one, other) => (one.memberId < other.memberId ? -1 : 1))
    .map((subscriber): Hand => ({ subscriber, partitions: [] }))
  for (const partition of partitions) lightest(hands, partition.topic)?.partitions.push(partition)
  return hands.map(hand => encoded(hand, userDataOf(hand.partitions)))
}

function lightest(hands: readonly Hand[], topic: string): Hand | undefined {
  const able = hands.filter(({ subscriber }) => subscriber.topics.includes(topic))
  const fewest = Math.min(...able.map(({ partitions }) => partitions.length))
  return able.find(({ partitions }) => partitions.length === fewest)
}

function encoded({ subscriber: { memberId }, partitions }: Hand, userData: Buffer): GroupMemberAssignment {
  const assignment: Record<string, number[]> = {}
  for (const { topic, partition } of partitions) assignment[topic] = [...(assignment[topic] ?? []), partition]
  const memberAssignment = AssignerProtocol.MemberAssignment.encode({
    version: 0,
    assignment,
    userData,
  })
  return { memberId, memberAssignment }
}
