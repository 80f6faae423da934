import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')

// The broker packs what comes anew, so that each of them is as Java writes it.
describe.skipIf(brokers.length === 0)('topics of a real Kafka', () => {
  let bench: KafkaBench
  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  test.for(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'])(
    'are read with compression.type %s',
    async type => {
      const topic = await bench.newTopic(1, { 'compression.type': type })
      const noise = randomBytes(150_000).toString('base64')
      const batches = [
        ['one'],
        Array.from({ length: 5000 }, (_, n) =>
          JSON.stringify({ n, text: 'the same in each of them '.repeat(3) }),
        ),
        [noise, '', noise],
      ]
      for (const values of batches) await bench.append(topic, 0, values)
      expect(await bench.read(topic, 0)).toEqual(batches.flat())
    },
  )
})
