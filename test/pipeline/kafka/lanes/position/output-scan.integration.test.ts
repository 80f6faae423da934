import type { Producer } from 'kafkajs'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import type { LogRecord } from '../../../../../operators/lanes/lane.ts'
import { kafkaCluster } from '../../../../../pipeline/kafka/kafka-cluster.ts'
import { OutputScan, type OutputSearch } from '../../../../../pipeline/kafka/lanes/position/output-scan.ts'
import { kafkaBench, type KafkaBench } from '../../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')
const HOUR_MS = 3_600_000
const OTHERS = 60

/** Outputs hold the partition and the offset that they came of. */
function sourceOf({ value }: LogRecord) {
  const [partition, offset] = String(value).split('@').map(Number)
  return { topic: 'source', partition: partition ?? NaN, offset: offset ?? NaN }
}

describe.skipIf(brokers.length === 0)('reading outputs of ROUTE', () => {
  let bench: KafkaBench
  let producer: Producer
  let cluster: ReturnType<typeof kafkaCluster>
  let topic: string

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
    producer = bench.kafka.producer()
    await producer.connect()
    cluster = kafkaCluster(bench.config, () => {})
    topic = await bench.newTopic(2)
    const nowMs = Date.now()
    const written = (value: string, agoMs: number, partition = 0) => ({
      partition,
      value,
      timestamp: String(nowMs - agoMs),
    })
    const old = [written('0@7', 2 * HOUR_MS, 1), written('0@6', HOUR_MS), written('0@8', HOUR_MS)]
    const others = Array.from({ length: OTHERS }, (_, n) => written(`1@${n}`, OTHERS - n, n % 2))
    for (const message of [...old, ...others]) await producer.send({ topic, messages: [message] })
  })
  afterAll(async () => {
    await Promise.all([producer.disconnect(), cluster.disconnect()])
    await bench.close()
  })

  async function read(partition: number, options: Partial<OutputSearch> = {}, scan = scanOf()) {
    let records = 0
    const behind = await scan.behind({
      at: { topic: 'source', partition },
      sinceMs: null,
      recordsMax: 1000,
      onRead: count => (records += count),
      ...options,
    })
    return { behind, records }
  }

  function scanOf() {
    return new OutputScan(cluster, { topics: [topic], sourceOf })
  }

  test('finds what is behind the newest in what was written last', async () => {
    expect(await read(1)).toEqual({ behind: OTHERS, records: OTHERS })
  })

  test('finds it far back, each record read once', async () => {
    expect(await read(0)).toEqual({ behind: 9, records: OTHERS + 2 })
  })

  test('looks no further back than it is told', async () => {
    const sinceMs = Date.now() - HOUR_MS / 2
    expect(await read(0, { sinceMs })).toEqual({ behind: 0, records: OTHERS })
  })

  test('looks at no more records than it may', async () => {
    expect(await read(0, { recordsMax: OTHERS })).toEqual({ behind: 0, records: OTHERS })
    expect(await read(0, { recordsMax: OTHERS + 1 })).toMatchObject({ behind: 9 })
  })

  test('reads for one partition what it then knows of others, and what was written since', async () => {
    const scan = scanOf()
    const ended = await Promise.all([read(1, {}, scan), read(0, {}, scan), read(1, {}, scan)])
    expect(ended).toEqual([
      { behind: OTHERS, records: OTHERS },
      { behind: 9, records: 2 },
      { behind: OTHERS, records: 0 },
    ])
    await producer.send({ topic, messages: [{ partition: 1, value: '3@20' }] })
    expect(await read(3, {}, scan)).toEqual({ behind: 21, records: 1 })
  })

  test('goes on after a search that was given up', async () => {
    const scan = scanOf()
    const givenUp = read(
      1,
      {
        onRead: () => {
          throw new Error('not wanted')
        },
      },
      scan,
    )
    await expect(givenUp).rejects.toThrow('not wanted')
    expect(await read(1, {}, scan)).toMatchObject({ behind: OTHERS })
  })

  test('finds nothing where there is none', async () => {
    expect(await read(2)).toMatchObject({ behind: 0 })
  })
})
