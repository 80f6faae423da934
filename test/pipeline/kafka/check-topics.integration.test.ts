import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { checkTopics } from '../../../pipeline/kafka/check-topics.ts'
import { createTopics } from '../../../pipeline/kafka/create-topics.ts'
import { topicPlan } from '../../../pipeline/kafka/topic-plan.ts'
import { kafkaBench, type KafkaBench } from '../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 20_000, interval: 50 }

describe.skipIf(brokers.length === 0)('topics of a deployment', () => {
  let bench: KafkaBench
  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const planFor = (name: string, partitions = 2) =>
    topicPlan({ ...bench.config, topic_prefix: `${name}-${process.pid}-${Date.now()}.`, partitions })

  test('are created once, and then are as they must be', async () => {
    const { admin } = bench
    const plan = planFor('fresh')
    const source = await bench.newTopic(1)
    expect(await createTopics(admin, plan)).toEqual(plan.map(({ topic }) => topic))
    expect(await createTopics(admin, plan)).toEqual([])
    await vi.waitFor(
      async () => expect(await checkTopics({ admin, plan, sources: [source] })).toEqual([]),
      WAIT,
    )
    expect(plan.map(({ partitions }) => partitions)).toEqual([4, 4, 4, 4, 2, 1, 1])
  })

  test('are named with the fix where they are missing', async () => {
    const { admin } = bench
    const plan = planFor('missing').slice(0, 1)
    const found = await checkTopics({ admin, plan, sources: ['no-such-source'] })
    expect(found).toEqual([
      {
        topic: 'no-such-source',
        tolerable: false,
        missing: true,
        message: expect.stringContaining('under sources'),
      },
      {
        topic: plan[0]?.topic,
        tolerable: false,
        missing: true,
        message: expect.stringContaining('llmtrigger topics create'),
      },
    ])
  })

  test('are named with the difference where they are not as they must be', async () => {
    const { admin } = bench
    const [work, , , , , rules] = planFor('other')
    if (work === undefined || rules === undefined) throw new Error('the plan has no such topics')
    const configEntries = [{ name: 'retention.ms', value: '3600000' }]
    const wrong = [
      { topic: work.topic, numPartitions: 3, configEntries },
      { topic: rules.topic, numPartitions: 2 },
    ]
    await admin.createTopics({ waitForLeaders: true, topics: wrong })
    const found = await checkTopics({ admin, plan: [work, rules], sources: [] })
    const brief = found.map(
      ({ topic, tolerable, message }) =>
        `${topic === work.topic ? 'work' : 'rules'} ${tolerable} ${message.slice(0, message.indexOf(':')).replace(topic, '…')}`,
    )
    expect(brief).toEqual([
      'work false topic … has 3 partitions and needs 4',
      'work false topic … has message.timestamp.type=CreateTime and needs LogAppendTime',
      'work true topic … has retention.ms=3600000 and needs at least 604800000',
      'work true topic … has max.message.bytes=1048588 and needs at least 4194304',
      'rules false topic … has 2 partitions and needs 1',
      'rules false topic … has cleanup.policy=delete and needs compact',
      'rules true topic … has max.message.bytes=1048588 and needs at least 4194304',
    ])
  })
})
