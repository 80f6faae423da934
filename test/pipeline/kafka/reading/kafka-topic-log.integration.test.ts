import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { LogSpan } from '../../../../pipeline/history/topic-log.ts'
import { KafkaTopicLog } from '../../../../pipeline/kafka/reading/kafka-topic-log.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')

describe.skipIf(brokers.length === 0)('a topic that is looked up', () => {
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const withLog = async (topic: string, work: (log: KafkaTopicLog) => Promise<void>) => {
    const log = new KafkaTopicLog(bench.config, topic)
    try {
      await work(log)
    } finally {
      await log.close()
    }
  }
  const valuesOf = async (log: KafkaTopicLog, span: LogSpan) => {
    const values: string[] = []
    let end = span.from
    for await (const { records, nextOffset } of log.read(span)) {
      values.push(...records.map(({ value }) => String(value)))
      end = nextOffset
    }
    return { values, end }
  }

  test('says where its partitions begin and end, and where a time lies in them', async () => {
    const topic = await bench.newTopic(2)
    const producer = bench.kafka.producer()
    await producer.connect()
    // Not so old that retention takes them away meanwhile.
    const times = [3000, 2000, 1000].map(agoMs => Date.now() - agoMs)
    const [, second = 0, last = 0] = times
    const messages = times.map(at => ({ partition: 0, value: `${at}`, timestamp: `${at}` }))
    await producer.send({ topic, messages })
    await producer.disconnect()
    await withLog(topic, async log => {
      expect(await log.begins()).toEqual([0, 0])
      expect(await log.ends()).toEqual([3, 0])
      expect(await log.since(second)).toEqual([1, 0])
      expect(await log.since(last + 1)).toEqual([3, 0])
      expect(await log.since(-5)).toEqual([0, 0])
    })
  })

  test('reads the committed records of a span, and none behind it', async () => {
    const topic = await bench.newTopic(1)
    const writer = bench.kafka.producer({ transactionalId: topic, idempotent: true, maxInFlightRequests: 1 })
    await writer.connect()
    const write = async (value: string, isKept: boolean) => {
      const transaction = await writer.transaction()
      await transaction.send({ topic, messages: [{ partition: 0, value }] })
      await (isKept ? transaction.commit() : transaction.abort())
    }
    for (const [index, value] of ['a', 'b', 'c', 'd'].entries()) await write(value, index !== 1)
    await writer.disconnect()
    await withLog(topic, async log => {
      // Each has a marker behind it.
      expect(await log.ends()).toEqual([8])
      expect(await valuesOf(log, { partition: 0, from: 0, to: 8 })).toEqual({
        values: ['a', 'c', 'd'],
        end: 8,
      })
      expect(await valuesOf(log, { partition: 0, from: 1, to: 6 })).toEqual({ values: ['c'], end: 6 })
      expect(await valuesOf(log, { partition: 0, from: 4, to: 4 })).toEqual({ values: [], end: 4 })
    })
  })

  test('reads a span in slices, and passes over what retention has removed', async () => {
    const topic = await bench.newTopic(1)
    const values = Array.from({ length: 40 }, (_, n) => `${n}`.padEnd(100_000, 'x'))
    for (const value of values) await bench.append(topic, 0, [value])
    // The client deletes nothing of a topic that it has not asked about before.
    await bench.admin.fetchTopicOffsets(topic)
    await bench.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '5' }] })
    await withLog(topic, async log => {
      const slices: number[] = []
      for await (const { records } of log.read({ partition: 0, from: 0, to: 40 })) slices.push(records.length)
      expect(slices.reduce((sum, count) => sum + count, 0)).toBe(35)
      expect(Math.max(...slices)).toBeLessThan(10)
      expect(await log.begins()).toEqual([5])
    })
  })

  test('cannot be read where it does not exist, and says so', async () => {
    await withLog('no-such-topic', async log => {
      await expect(log.ends()).rejects.toMatchObject({ code: 'log_unavailable' })
    })
  })
})
