import Broker from 'kafkajs/src/broker/index.js'
import { KafkaJSError } from 'kafkajs/src/errors.js'
import Encoder from 'kafkajs/src/protocol/encoder.js'
import metadata, { type MetadataResponse } from 'kafkajs/src/protocol/requests/metadata/index.js'
import RequestQueue from 'kafkajs/src/network/requestQueue/index.js'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { kafkaClient } from '../../../pipeline/kafka/kafka-client.ts'
import { kafkaCluster } from '../../../pipeline/kafka/kafka-cluster.ts'
import { configSchema } from '../../../schemas/config.ts'

const config = configSchema.shape.kafka.parse({ brokers: ['127.0.0.1:1'] })
// Making a client mends the library.
const logger = kafkaClient(config, 'producer').logger()

describe('metadata', () => {
  const parse = (data: MetadataResponse) =>
    metadata.protocol({ version: 6 })({ topics: [] }).response.parse(data)
  const topic = (topicErrorCode: number, partitionErrorCode: number): MetadataResponse => ({
    brokers: [],
    topicMetadata: [
      {
        topicErrorCode,
        topic: 't',
        partitionMetadata: [
          { partitionErrorCode: 0, partitionId: 0, leader: 1 },
          { partitionErrorCode, partitionId: 1, leader: -1 },
        ],
      },
    ],
  })

  test.each([5, 72])('are read where one partition has no leader, error %i', async code => {
    const { topicMetadata } = await parse(topic(0, code))
    expect(topicMetadata[0]?.partitionMetadata.map(({ leader }) => leader)).toEqual([1, -1])
  })

  test('are refused for other errors of a partition, and for those of a topic', async () => {
    await expect(parse(topic(0, 29))).rejects.toMatchObject({ type: 'TOPIC_AUTHORIZATION_FAILED' })
    await expect(parse(topic(3, 0))).rejects.toMatchObject({ type: 'UNKNOWN_TOPIC_OR_PARTITION' })
    await expect(parse(topic(5, 0))).rejects.toMatchObject({ type: 'LEADER_NOT_AVAILABLE' })
  })
})

describe('metadata of a cluster', () => {
  const clusterOf = (answer: unknown) =>
    Object.assign(
      kafkaCluster(config, () => undefined),
      {
        brokerPool: {
          refreshMetadataIfNecessary: () => Promise.resolve(),
          // Null where every broker of the pool has failed to answer.
          withBroker: () => Promise.resolve(answer),
        },
      },
    )

  test('are an error of Kafka where no broker answers, not nothing', async () => {
    await expect(clusterOf(null).metadata()).rejects.toBeInstanceOf(KafkaJSError)
  })

  test('are what a broker answers', async () => {
    const answer = { brokers: [], topicMetadata: [] }
    expect(await clusterOf(answer).metadata({ topics: [] })).toBe(answer)
  })
})

test('metadata asked of a broker that is not connected are an error of Kafka', async () => {
  const broker = new Broker({ connectionPool: { connectionTimeout: 1000, host: 'h', port: 1 }, logger })
  await expect(broker.metadata([])).rejects.toBeInstanceOf(KafkaJSError)
})

describe('the request queue', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  const queueOf = (maxInFlightRequests: number) =>
    new RequestQueue({
      maxInFlightRequests,
      requestTimeout: 1000,
      clientId: 'c',
      broker: 'b',
      logger,
      isConnected: () => true,
    })
  const push = (queue: RequestQueue, correlationId: number) => {
    const entry = { correlationId, apiKey: 1, apiName: 'x', apiVersion: 0, resolve: vi.fn(), reject: vi.fn() }
    queue.push({ entry, expectResponse: true, sendRequest: () => undefined })
  }
  const answer = (queue: RequestQueue, correlationId: number) => {
    queue.fulfillRequest({ correlationId, size: 0, payload: null })
  }

  test('has no timer while nothing waits', () => {
    const queue = queueOf(10)
    push(queue, 1)
    answer(queue, 1)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('looks again while requests wait, and sends them in their order', () => {
    const queue = queueOf(1)
    for (const correlationId of [1, 2]) push(queue, correlationId)
    expect(queue.pending).toHaveLength(1)
    expect(vi.getTimerCount()).toBe(1)
    answer(queue, 1)
    expect(queue.pending).toHaveLength(0)
    answer(queue, 2)
    vi.runOnlyPendingTimers()
    expect(vi.getTimerCount()).toBe(0)
  })
})

describe('the encoder', () => {
  test('grows without writing zeros first, and keeps what it holds', () => {
    const zeroed = vi.spyOn(Buffer, 'alloc')
    const encoder = new Encoder(4)
    const before = zeroed.mock.calls.length
    const text = 'x'.repeat(100_000)
    const { buffer } = encoder.writeInt32(7).writeString('head').writeBytes(text)
    expect(zeroed.mock.calls.length).toBe(before)
    expect(buffer.length).toBe(4 + 2 + 4 + 4 + text.length)
    expect(buffer.readInt32BE(0)).toBe(7)
    expect(buffer.subarray(6, 10).toString()).toBe('head')
    expect(buffer.subarray(14).toString()).toBe(text)
    zeroed.mockRestore()
  })
})
