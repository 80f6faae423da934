import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { RecordSender, type SentRecord } from '../../../../pipeline/kafka/recordings/record-sender.ts'
import { topicTimes } from '../../../../pipeline/kafka/recordings/topic-times.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers.length === 0)('RecordSender', () => {
  let bench: KafkaBench
  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const sending = async (topic: string) => {
    const acknowledged: SentRecord[] = []
    const sent: SentRecord[] = []
    const sender = new RecordSender({
      config: bench.config,
      onSend: records => sent.push(...records),
      onAcknowledged: records => acknowledged.push(...records),
    })
    await sender.connect([topic])
    let index = 0
    const add = (partition: number, value: Buffer) => {
      const place = { target: topic, partition, index: index++, dueMs: 0 }
      sender.add({ ...place, message: { key: null, value }, bytes: value.length })
    }
    return { sender, add, sent, acknowledged }
  }

  test('keeps the order of each partition, and tells of each record once', async () => {
    const topic = await bench.newTopic(3)
    const { sender, add, sent, acknowledged } = await sending(topic)
    for (let count = 0; count < 5000; count++) {
      if (!sender.hasRoom) await sender.room()
      add(count % 3, Buffer.from(`${count}`))
    }
    await sender.drain()
    expect(sender.inFlight).toBe(0)
    for (const partition of [0, 1, 2]) {
      const all = Array.from({ length: 5000 }, (_, index) => index).filter(index => index % 3 === partition)
      expect((await bench.read(topic, partition)).map(Number)).toEqual(all)
      for (const told of [sent, acknowledged]) {
        const own = told.filter(record => record.partition === partition)
        expect(own.map(({ index }) => index)).toEqual(all)
      }
    }
    await sender.close()
  })

  test('has room for so much and no more', async () => {
    const topic = await bench.newTopic(1)
    const { sender, add } = await sending(topic)
    const megabyte = Buffer.alloc(900_000)
    let count = 0
    for (; sender.hasRoom; count++) add(0, megabyte)
    expect(count).toBe(Math.ceil((16 * 1024 * 1024) / 900_000))
    await sender.room()
    expect(sender.hasRoom).toBe(true)
    await sender.drain()
    await sender.close()
  })

  test('cuts what a topic does not take at once, and fails with what it does not take at all', async () => {
    const topic = await bench.newTopic(1, { 'max.message.bytes': '3000' })
    const { sender, add } = await sending(topic)
    for (let count = 0; count < 20; count++) add(0, Buffer.alloc(1000, count))
    await sender.drain()
    expect(await bench.read(topic, 0)).toHaveLength(20)
    add(0, Buffer.alloc(1))
    add(0, Buffer.alloc(4000))
    add(0, Buffer.alloc(2))
    await expect(sender.drain()).rejects.toMatchObject({
      code: 'record_too_large',
      message: `topic ${topic} refuses a record of 4000 bytes: raise its max.message.bytes`,
    })
    expect(sender.hasRoom).toBe(false)
    await expect(sender.room()).rejects.toMatchObject({ code: 'record_too_large' })
    await sender.close()
    expect(await bench.read(topic, 0)).toHaveLength(21)
  })

  test('drops what has not gone out when it is stopped, and waits for the rest', async () => {
    const topic = await bench.newTopic(1)
    const { sender, add, sent, acknowledged } = await sending(topic)
    for (let count = 0; count < 5000; count++) add(0, Buffer.from(`${count}`))
    await sender.stop()
    expect(acknowledged.length).toBeLessThan(5000)
    expect(acknowledged).toEqual(sent)
    expect(await bench.read(topic, 0)).toHaveLength(sent.length)
    await sender.close()
  })

  test('knows what topics do with times', async () => {
    const append = await bench.newTopic(1, {
      'message.timestamp.type': 'LogAppendTime',
      'retention.ms': '-1',
    })
    const week = await bench.newTopic(1, { 'retention.ms': '604800000' })
    const compacted = await bench.newTopic(1, { 'cleanup.policy': 'compact' })
    expect(await topicTimes(bench.config, [append, week, compacted])).toEqual([
      { topic: append, isAppendTime: true, retentionMs: null },
      { topic: week, isAppendTime: false, retentionMs: 604_800_000 },
      { topic: compacted, isAppendTime: false, retentionMs: null },
    ])
  })
})
