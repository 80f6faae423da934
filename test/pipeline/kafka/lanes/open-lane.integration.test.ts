import { EMPTY } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import { kafkaBench, type KafkaBench } from '../../../support/kafka-bench.ts'
import { runStage } from '../../../support/run-stage.ts'
import { watchLanes } from '../../../support/watch-lanes.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }

describe.skipIf(brokers.length === 0)('a lane that opens on Kafka', () => {
  const forgotten: unknown[] = []
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers, {
      commitForgotten: (_stage, { partition }, offsets) => forgotten.push({ partition, ...offsets }),
    })
  })
  afterAll(() => bench.close())

  test('goes on where any member knows that the group has committed, when the broker answers with an older position', async () => {
    const [groupId, topic] = [`forgotten-${process.pid}-${Date.now()}`, await bench.newTopic(1)]
    const subscription = { groupId, topics: [{ topic, from: 'earliest' as const }] }
    await bench.append(topic, 0, ['a', 'b', 'c'])
    const [first, second] = [watchLanes(), watchLanes()]
    const former = runStage(bench.runLanes, subscription, lane =>
      first.follow(lane, signal => {
        if (signal.kind === 'end') return EMPTY
        return lane.commit({ offset: signal.nextOffset, metadata: 'beside', records: [] })
      }),
    )
    await vi.waitFor(() => expect(first.committed).toBe(1), WAIT)
    await commitBehind(groupId, topic, '1')

    const next = runStage(bench.runLanes, subscription, lane => second.follow(lane))
    // The partition stays with one of the two until the former leaves; then the next one has it.
    await vi.waitFor(() => expect(forgotten).not.toEqual([]), WAIT)
    await commitBehind(groupId, topic, '1')
    await former.stop()
    await vi.waitFor(() => expect(second.lanes.at(-1)).toMatchObject({ offset: 3, metadata: 'beside' }), WAIT)
    await bench.append(topic, 0, ['d'])
    await vi.waitFor(() => expect(second.values.at(-1)).toBe('d'), WAIT)
    expect([first.values.slice(0, 3), new Set(second.values)]).toEqual([['a', 'b', 'c'], new Set(['d'])])
    expect(forgotten[0]).toEqual({ partition: 0, answered: 1, committed: 3 })
    await next.stop()
  })

  /** What a broker that forgot has: an older position than the one that was committed. */
  async function commitBehind(groupId: string, topic: string, offset: string): Promise<void> {
    const producer = bench.kafka.producer({ transactionalId: `${groupId}.behind`, maxInFlightRequests: 1 })
    await producer.connect()
    const transaction = await producer.transaction()
    const topics = [{ topic, partitions: [{ partition: 0, offset }] }]
    await vi.waitFor(() => transaction.sendOffsets({ consumerGroupId: groupId, topics }), WAIT)
    await transaction.commit()
    await producer.disconnect()
  }
})
