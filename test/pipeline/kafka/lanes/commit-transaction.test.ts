import { expect, test } from 'vitest'
import type { Producer, ProducerRecord, RecordMetadata } from 'kafkajs'
import { kafkaClient } from '../../../../pipeline/kafka/kafka-client.ts'
import { commitTransaction } from '../../../../pipeline/kafka/lanes/commit-transaction.ts'
import { configSchema } from '../../../../schemas/config.ts'

const config = configSchema.shape.kafka.parse({ brokers: ['127.0.0.1:1'] })

type Answer = (record: ProducerRecord, n: number) => RecordMetadata[]

/** Everything acknowledged: an answer for each partition of the send. */
const acknowledge: Answer = ({ topic, messages }) =>
  [...new Set(messages.map(({ partition = -1 }) => partition))].map(partition => ({
    topicName: topic,
    partition,
    errorCode: 0,
    baseOffset: '7',
  }))

function setUp(answer: Answer = acknowledge) {
  const steps: string[] = []
  const sends: ProducerRecord[] = []
  const transaction = {
    sendOffsets: () => {
      steps.push('offsets')
      return Promise.resolve()
    },
    send: (record: ProducerRecord) => {
      steps.push('send')
      const n = sends.push(record) - 1
      return Promise.resolve(answer(record, n))
    },
    commit: () => {
      steps.push('commit')
      return Promise.resolve()
    },
    abort: () => {
      steps.push('abort')
      return Promise.resolve()
    },
  }
  const producer: Producer = Object.assign(kafkaClient(config, 'producer').producer(), {
    transaction: () => Promise.resolve(transaction),
  })
  const link = { topic: 'work', partition: 1, groupId: 'g', producer }
  const to = (topic: string, partition: number) => ({ topic, partition, key: null, value: 'v' })
  const records = [to('a', 0), to('a', 1), to('a', 0), to('b', 1), to('a', 2)]
  return { steps, sends, commit: () => commitTransaction(link, { offset: 3, metadata: 'm', records }) }
}

test('sends one partition at a time: one send to several loses acknowledged records when a leader dies', async () => {
  const { sends, commit, steps } = setUp()
  const placed = await commit()
  const partitions = sends.map(({ topic, messages }) => [
    topic,
    [...new Set(messages.map(({ partition }) => partition))],
    messages.length,
  ])
  expect(partitions).toEqual([
    ['a', [0], 2],
    ['a', [1], 1],
    ['b', [1], 1],
    ['a', [2], 1],
  ])
  expect(placed.map(({ endOffset }) => endOffset)).toEqual([9, 8, 8, 8])
  expect(steps).toEqual(['offsets', 'send', 'send', 'send', 'send', 'commit'])
})

test.each<[string, Answer]>([
  ['lacks the partition', (record, n) => (n === 2 ? [] : acknowledge(record, n))],
  ['is of another partition', record => acknowledge(record, 0).map(one => ({ ...one, partition: 9 }))],
  ['has no offset', record => acknowledge(record, 0).map(({ baseOffset: _, ...one }) => one)],
  ['is an error', record => acknowledge(record, 0).map(one => ({ ...one, errorCode: 6 }))],
])('fails and commits nothing where the answer to a send %s', async (_, answer) => {
  const { commit, steps } = setUp(answer)
  await expect(commit()).rejects.toMatchObject({ code: 'commit_failed' })
  expect(steps).not.toContain('commit')
})
