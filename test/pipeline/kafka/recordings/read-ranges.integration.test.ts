import type Cluster from 'kafkajs/src/cluster/index.js'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { kafkaCluster } from '../../../../pipeline/kafka/kafka-cluster.ts'
import { findRanges } from '../../../../pipeline/kafka/recordings/find-ranges.ts'
import { readRanges, type ReadRangesOptions } from '../../../../pipeline/kafka/recordings/read-ranges.ts'
import type { RangeBound } from '../../../../pipeline/recordings/record/range-bound.ts'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'

const brokers = inject('kafkaBrokers')

const bound = (kind: RangeBound['kind'], at = 0): RangeBound => ({ kind, at, text: kind })
const [earliest, latest] = [bound('earliest'), bound('latest')]

describe.skipIf(brokers.length === 0)('ranges of topics', () => {
  let bench: KafkaBench
  let cluster: Cluster

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
    cluster = kafkaCluster(bench.config, () => undefined)
    await cluster.connect()
  })
  afterAll(async () => {
    await cluster.disconnect()
    await bench.close()
  })

  const know = async (...topics: string[]) => {
    await cluster.addMultipleTargetTopics(topics)
    await cluster.refreshMetadata()
  }
  const valuesOf = async (options: Partial<ReadRangesOptions> & Pick<ReadRangesOptions, 'ranges'>) => {
    const values: string[] = []
    const reading = readRanges({
      cluster,
      stopping: new AbortController().signal,
      onTrouble: () => undefined,
      onGone: () => undefined,
      ...options,
    })
    for await (const batch of reading) values.push(...batch.map(({ value }) => String(value)))
    return values
  }

  test('lie between bounds, as each partition holds them', async () => {
    const topic = await bench.newTopic(3)
    await know(topic)
    await bench.append(topic, 0, ['a', 'b', 'c'])
    await bench.append(topic, 1, ['d'])
    const ranges = async (from: RangeBound, to: RangeBound | null) =>
      (await findRanges(cluster, { topics: [topic], from, to })).map(range => [range.from, range.to])
    expect(await ranges(earliest, latest)).toEqual([
      [0, 3],
      [0, 1],
      [0, 0],
    ])
    expect(await ranges(bound('offset', 1), bound('offset', 2))).toEqual([
      [1, 2],
      [1, 1],
      [0, 0],
    ])
    expect(await ranges(bound('offset', 2), bound('offset', 1))).toEqual([
      [2, 2],
      [1, 1],
      [0, 0],
    ])
    expect(await ranges(latest, null)).toEqual([
      [3, null],
      [1, null],
      [0, null],
    ])
  })

  test('by times begin with the first record that is no older, and end before the first that is not', async () => {
    const topic = await bench.newTopic(1)
    await know(topic)
    const producer = bench.kafka.producer()
    await producer.connect()
    const base = Date.now() - 60_000
    const messages = [10, 30, 20, 50, 40].map(at => ({ value: `${at}`, timestamp: `${base + at * 1000}` }))
    await producer.send({ topic, messages })
    await producer.disconnect()
    const between = async (from: number, to: number) => {
      const [fromTime, toTime] = [from, to].map(at => bound('time', base + at * 1000))
      const ranges = await findRanges(cluster, {
        topics: [topic],
        from: fromTime ?? earliest,
        to: toTime ?? latest,
      })
      return valuesOf({ ranges })
    }
    expect(await between(0, 100)).toEqual(['10', '30', '20', '50', '40'])
    expect(await between(15, 50)).toEqual(['30', '20'])
    expect(await between(45, 50)).toEqual([])
    expect(await between(60, 100)).toEqual([])
  })

  test('are read on where the log begins by now, and what is gone is told', async () => {
    const topic = await bench.newTopic(1)
    await know(topic)
    await bench.append(topic, 0, ['a', 'b', 'c', 'd'])
    const ranges = await findRanges(cluster, { topics: [topic], from: earliest, to: latest })
    const partitions = [{ partition: 0, offset: '3' }]
    await vi.waitFor(() => bench.admin.deleteTopicRecords({ topic, partitions }), { timeout: 30_000 })
    const gone: number[] = []
    expect(await valuesOf({ ranges, onGone: (_, count) => gone.push(count) })).toEqual(['d'])
    expect(gone).toEqual([3])
  })

  test('fail where the log has lost what it had', async () => {
    const topic = await bench.newTopic(1)
    await know(topic)
    const ranges = [{ topic, partition: 0, from: 5, to: 9, expectedTo: 9 }]
    await expect(valuesOf({ ranges })).rejects.toMatchObject({
      code: 'log_unavailable',
      message: `${topic}/0 does not hold offset 5 any more`,
    })
  })

  test('without an end give what has come when they are stopped', async () => {
    const topic = await bench.newTopic(2)
    await know(topic)
    const ranges = await findRanges(cluster, { topics: [topic], from: latest, to: null })
    await bench.append(topic, 0, ['a'])
    const stopping = new AbortController()
    const reading = readRanges({
      ...{ cluster, ranges, stopping: stopping.signal },
      onTrouble: () => undefined,
      onGone: () => undefined,
    })
    const first = await reading.next()
    expect(first.value?.map(({ value }) => String(value))).toEqual(['a'])
    const second = reading.next()
    stopping.abort()
    expect(await second).toEqual({ done: true, value: undefined })
  })
})
