import { afterEach, expect, test, vi } from 'vitest'
import { kafkaCluster } from '../../../../pipeline/kafka/kafka-cluster.ts'
import { fetchLanes, type LaneFetches } from '../../../../pipeline/kafka/lanes/fetch-lanes.ts'
import { configSchema } from '../../../../schemas/config.ts'

const config = configSchema.shape.kafka.parse({ brokers: ['127.0.0.1:1'] })
const running: LaneFetches[] = []

afterEach(() => {
  for (const fetches of running.splice(0)) fetches.stop()
})

/** A cluster of one broker, whose partitions have the leaders that are set. */
function setUp(leaders: Record<number, number>) {
  const asked: number[] = []
  const fetched: number[] = []
  const broker = {
    fetch: ({ topics }: { topics: { partitions: { partition: number }[] }[] }) => {
      fetched.push(...topics.flatMap(({ partitions }) => partitions.map(({ partition }) => partition)))
      return new Promise(() => undefined)
    },
  }
  const cluster = Object.assign(
    kafkaCluster(config, () => undefined),
    {
      getNodeIds: () => ['1'],
      findTopicPartitionMetadata: () =>
        Object.entries(leaders).map(([partition, leader]) => ({ partitionId: Number(partition), leader })),
      findBroker: () => Promise.resolve(broker),
      refreshMetadataIfNecessary: () => Promise.resolve(),
      refreshMetadata: () => {
        asked.push(performance.now())
        return Promise.resolve()
      },
    },
  )
  const fetches = fetchLanes(cluster, () => undefined)
  running.push(fetches)
  const add = (partition: number) => {
    fetches.add({
      topic: 't',
      partition,
      position: 0,
      wanted: true,
      wantsEnd: false,
      take: () => undefined,
      outOfRange: () => undefined,
    })
  }
  return { asked, fetched, add }
}

test('reads the partitions that have a leader, and asks for that of another', async () => {
  const { asked, fetched, add } = setUp({ 0: 1, 1: -1 })
  add(1)
  add(0)
  await vi.waitFor(() => expect(fetched).toEqual([0]))
  expect(asked).toHaveLength(1)
})

test('asks again for a leader until there is one, and not with every fetch', async () => {
  const leaders: Record<number, number> = { 1: -1 }
  const { asked, fetched, add } = setUp(leaders)
  add(1)
  await vi.waitFor(() => expect(asked).toHaveLength(2), { timeout: 5000 })
  expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(400)
  leaders[1] = 1
  await vi.waitFor(() => expect(fetched).toEqual([1]))
})
