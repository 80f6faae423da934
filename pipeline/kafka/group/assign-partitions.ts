import { AssignerProtocol } from 'kafkajs'
import type { GroupMemberAssignment } from 'kafkajs'

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** Deals the partitions to the members in turn, so that the first and the second half of a topic spread alike. */
export function assignPartitions(
  memberIds: readonly string[],
  partitions: readonly TopicPartition[],
): GroupMemberAssignment[] {
  const members = [...memberIds].sort()
  return members.map((memberId, index) => {
    const assignment: Record<string, number[]> = {}
    for (const { topic, partition } of partitions.filter((_, turn) => turn % members.length === index)) {
      assignment[topic] = [...(assignment[topic] ?? []), partition]
    }
    const encoded = { version: 0, assignment, userData: Buffer.alloc(0) }
    return { memberId, memberAssignment: AssignerProtocol.MemberAssignment.encode(encoded) }
  })
}
