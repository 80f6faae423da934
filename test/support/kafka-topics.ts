import { Kafka, logLevel, type IHeaders } from 'kafkajs'
import { waitFor } from './wait-for.ts'

export interface ReadRecord {
  readonly partition: number
  readonly offset: number
  readonly timestampMs: number
  readonly key: string | null
  readonly value: string | null
  readonly headers: IHeaders
}

/** A plain client of the test's own, apart from the adapters under test. */
export function testKafka(brokers: readonly string[]): Kafka {
  return new Kafka({
    clientId: 'test',
    brokers: [...brokers],
    logLevel: logLevel.NOTHING,
    retry: { initialRetryTime: 50, retries: 20 },
  })
}

let groups = 0

/** Reads a topic read-committed from its start to the ends that it has now, in order within each partition. */
export async function readTopic(kafka: Kafka, topic: string): Promise<readonly ReadRecord[]> {
  const admin = kafka.admin()
  await admin.connect()
  const ends = await admin.fetchTopicOffsets(topic)
  await admin.disconnect()
  const waiting = new Set(ends.filter(({ low, high }) => low !== high).map(({ partition }) => partition))
  if (waiting.size === 0) return []
  const endOf = new Map(ends.map(({ partition, high }) => [partition, Number(high)]))
  const records: ReadRecord[] = []
  const consumer = kafka.consumer({
    groupId: `reader-${process.pid}-${Date.now()}-${groups++}`,
    maxWaitTimeInMs: 50,
  })
  consumer.on(consumer.events.END_BATCH_PROCESS, ({ payload }) => {
    if (Number(payload.lastOffset) + 1 >= (endOf.get(payload.partition) ?? 0))
      waiting.delete(payload.partition)
  })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    autoCommit: false,
    eachMessage: ({ partition, message }) => {
      const { key, value, headers = {}, timestamp } = message
      const texts = { key: key?.toString() ?? null, value: value?.toString() ?? null }
      records.push({
        partition,
        offset: Number(message.offset),
        timestampMs: Number(timestamp),
        ...texts,
        headers,
      })
      return Promise.resolve()
    },
  })
  try {
    await waitFor(() => waiting.size === 0, { what: `the end of ${topic}`, withinMs: 30_000 })
  } finally {
    await consumer.disconnect()
  }
  return records
}
