import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { ReplayProducer } from '../../../../pipeline/kafka/dead-letters/replay-producer.ts'
import { configSchema } from '../../../../schemas/config.ts'
import { readTopic, testKafka } from '../../../support/kafka-topics.ts'

let topics = 0

describe.skipIf(inject('kafkaSkipped') !== '')('replay producer', () => {
  const brokers = inject('kafkaBrokers')
  let topic: string
  let earlier: ReplayProducer
  let later: ReplayProducer

  beforeEach(async () => {
    topic = `replay-${process.pid}-${Date.now()}-${topics++}`
    const admin = testKafka(brokers).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true })
    await admin.disconnect()
    const kafka = { brokers, topic_prefix: `${topic}.` }
    const { kafka: config } = configSchema.parse({ kafka, sources: [{ topic: 'a' }] })
    earlier = new ReplayProducer(config)
    later = new ReplayProducer(config)
  })

  afterEach(async () => {
    await Promise.all([earlier.close(), later.close()])
  })

  const records = (value: string) => [0, 1].map(partition => ({ topic, partition, key: null, value }))

  test('lets nothing be written by the one before it, from its beginning on', async () => {
    await earlier.begin()
    expect(await earlier.write(records('before'))).toBe(true)
    await later.begin()
    await expect(earlier.write(records('after'))).rejects.toMatchObject({ code: 'dead_letters_unavailable' })
    expect(await later.write(records('later'))).toBe(true)
    const found = (await readTopic(testKafka(brokers), topic)).map(({ value }) => value)
    expect(found.toSorted()).toEqual(['before', 'before', 'later', 'later'])
  })

  test('writes nothing when one record is refused for its size, and goes on', async () => {
    await earlier.begin()
    const large = { topic, partition: 1, key: null, value: 'x'.repeat(2 * 1024 * 1024) }
    expect(await earlier.write([...records('with it'), large])).toBe(false)
    expect(await earlier.write(records('without it'))).toBe(true)
    const found = (await readTopic(testKafka(brokers), topic)).map(({ value }) => value)
    expect(found).toEqual(['without it', 'without it'])
  })
})
