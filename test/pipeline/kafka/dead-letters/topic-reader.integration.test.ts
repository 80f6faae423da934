import type { Admin, Kafka, Producer } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { TopicReader, type TopicSpan } from '../../../../pipeline/kafka/dead-letters/topic-reader.ts'
import { configSchema } from '../../../../schemas/config.ts'
import { testKafka } from '../../../support/kafka-topics.ts'

let topics = 0

describe.skipIf(inject('kafkaSkipped') !== '')('topic reader', () => {
  const brokers = inject('kafkaBrokers')
  const { kafka: config } = configSchema.parse({ kafka: { brokers }, sources: [{ topic: 'a' }] })
  let kafka: Kafka
  let admin: Admin
  let plain: Producer
  let writer: Producer
  let topic: string
  let reader: TopicReader

  beforeEach(async () => {
    kafka = testKafka(brokers)
    admin = kafka.admin()
    topic = `reader-${process.pid}-${Date.now()}-${topics++}`
    plain = kafka.producer()
    writer = kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
    await Promise.all([admin.connect(), plain.connect(), writer.connect()])
    await admin.createTopics({ topics: [{ topic, numPartitions: 2 }], waitForLeaders: true })
    reader = new TopicReader(config, topic, 1500)
    await reader.connect()
  })

  afterEach(async () => {
    await Promise.all([reader.close(), admin.disconnect(), plain.disconnect(), writer.disconnect()])
  })

  const send = (value: string, timestamp?: number) => ({
    topic,
    messages: [{ value, partition: 0, ...(timestamp !== undefined && { timestamp: `${timestamp}` }) }],
  })

  const values = async (span: TopicSpan | undefined) => {
    const found: string[] = []
    if (span === undefined) return found
    for await (const { value } of reader.read(span)) found.push(String(value))
    return found
  }

  test('reads what lies behind a transaction that is open when it begins, and nothing of one that is aborted', async () => {
    const aborted = await writer.transaction()
    await aborted.send(send('aborted'))
    await plain.send(send('behind'))
    const [span, empty] = await reader.spans()
    expect([span, empty]).toEqual([
      { partition: 0, start: 0, end: 2 },
      { partition: 1, start: 0, end: 0 },
    ])
    const reading = values(span)
    await aborted.abort()
    expect(await reading).toEqual(['behind'])
    expect(await values(empty)).toEqual([])
  })

  test('gives up on a transaction that stays open', async () => {
    const open = await writer.transaction()
    await plain.send(send('before'))
    await open.send(send('open'))
    const [span] = await reader.spans()
    await expect(values(span)).rejects.toMatchObject({ code: 'dead_letters_unavailable' })
    await open.abort()
  })

  test('begins at the first record of a time, and ends where the topic ended', async () => {
    for (const timestamp of [1000, 2000, 3000]) await plain.send(send(`at ${timestamp}`, timestamp))
    const [since] = await reader.spans(2000)
    const [late] = await reader.spans(4000)
    const [all] = await reader.spans()
    await plain.send(send('later'))
    expect(await values(since)).toEqual(['at 2000', 'at 3000'])
    expect(await values(late)).toEqual([])
    expect(await values(all)).toEqual(['at 1000', 'at 2000', 'at 3000'])
  })
})
