import kafkajs from 'kafkajs'
import { describe, expect, test } from 'vitest'
import { assignPartitions, type Subscriber } from '../../../../pipeline/kafka/group/assign-partitions.ts'

const partitions = (count: number, topic = 't') =>
  Array.from({ length: count }, (_, partition) => ({ topic, partition }))
const decoded = (members: string[], all: ReturnType<typeof partitions>, topics = ['t', 'u']) =>
  dealt(
    members.map(memberId => ({ memberId, topics })),
    all,
  )
const dealt = (subscribers: Subscriber[], all: ReturnType<typeof partitions>) =>
  Object.fromEntries(
    assignPartitions(subscribers, all).map(({ memberId, memberAssignment }) => [
      memberId,
      kafkajs.AssignerProtocol.MemberAssignment.decode(memberAssignment)?.assignment,
    ]),
  )

describe('assignPartitions', () => {
  test('gives everything to the only member', () => {
    expect(decoded(['a'], partitions(3))).toEqual({ a: { t: [0, 1, 2] } })
  })

  test('deals in turn over all topics, whatever the order of the members', () => {
    const all = [...partitions(3), ...partitions(2, 'u')]
    expect(decoded(['b', 'a'], all)).toEqual({ a: { t: [0, 2], u: [1] }, b: { t: [1], u: [0] } })
  })

  test('deals a topic to those only that subscribe to it, and as much to each as can be', () => {
    const subscribers = [
      { memberId: 'former', topics: ['t'] },
      { memberId: 'next', topics: ['t', 'u'] },
    ]
    const all = [...partitions(2), ...partitions(2, 'u')]
    expect(dealt(subscribers, all)).toEqual({ former: { t: [0] }, next: { t: [1], u: [0, 1] } })
    const uFirst = [...partitions(2, 'u'), ...partitions(2)]
    expect(dealt(subscribers, uFirst)).toEqual({ former: { t: [0, 1] }, next: { u: [0, 1] } })
    expect(dealt([{ memberId: 'former', topics: ['t'] }], all)).toEqual({ former: { t: [0, 1] } })
  })

  test('answers every member, also one that gets nothing', () => {
    expect(decoded(['a', 'b'], partitions(1))).toEqual({ a: { t: [0] }, b: {} })
  })
})
