import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { TransactionalWriter } from '../../../pipeline/kafka/transactional-writer.ts'
import { configSchema } from '../../../schemas/config.ts'
import { readTopic, testKafka } from '../../support/kafka-topics.ts'

let topics = 0

describe.skipIf(inject('kafkaSkipped') !== '')('transactional writer', () => {
  const brokers = inject('kafkaBrokers')
  let topic: string
  let earlier: TransactionalWriter
  let later: TransactionalWriter

  beforeEach(async () => {
    topic = `writer-${process.pid}-${Date.now()}-${topics++}`
    const admin = testKafka(brokers).admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true })
    await admin.disconnect()
    const kafka = { brokers, topic_prefix: `${topic}.` }
    const { kafka: config } = configSchema.parse({ kafka, sources: [{ topic: 'a' }] })
    earlier = new TransactionalWriter({ config, name: 'writer' })
    later = new TransactionalWriter({ config, name: 'writer' })
  })

  afterEach(async () => {
    await Promise.all([earlier.close(), later.close()])
  })

  const records = (value: string) => [0, 1].map(partition => ({ topic, partition, key: null, value }))

  test('lets nothing be written by the one before it, from its beginning on', async () => {
    await earlier.begin()
    expect(await earlier.write(records('before'))).toMatchObject([{ endOffset: 1 }, { endOffset: 1 }])
    await later.begin()
    await expect(earlier.write(records('after'))).rejects.toMatchObject({ code: 'writer_fenced' })
    await later.write(records('later'))
    const found = (await readTopic(testKafka(brokers), topic)).map(({ value }) => value)
    expect(found.toSorted()).toEqual(['before', 'before', 'later', 'later'])
  })

  test('writes nothing when one record is refused for its size, and goes on', async () => {
    await earlier.begin()
    const large = { topic, partition: 1, key: null, value: 'x'.repeat(2 * 1024 * 1024) }
    expect(await earlier.write([...records('with it'), large])).toBeNull()
    await earlier.write(records('without it'))
    const found = (await readTopic(testKafka(brokers), topic)).map(({ value }) => value)
    expect(found).toEqual(['without it', 'without it'])
  })
})
