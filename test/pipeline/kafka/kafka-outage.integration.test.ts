import { concatMap, EMPTY, type Observable } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { Lane } from '../../../operators/lanes/lane.ts'
import { type KafkaBroker, startKafkaBroker } from '../../support/kafka-broker.ts'
import { kafkaBench, type KafkaBench } from '../../support/kafka-bench.ts'
import { findKafkaLibs } from '../../support/kafka-libs.ts'
import { runStage } from '../../support/run-stage.ts'

const found = await findKafkaLibs()
const WAIT = { timeout: 60_000, interval: 50 }

// A broker of its own is killed here: the shared one serves other tests, and one in a container cannot be killed.
describe.skipIf('skipped' in found || inject('kafkaBrokers').length === 0)('when Kafka goes away', () => {
  let broker: KafkaBroker
  let bench: KafkaBench

  beforeAll(async () => {
    if ('skipped' in found) return
    broker = await startKafkaBroker({ libs: found.libs })
    bench = await kafkaBench(broker.brokers)
  })
  afterAll(async () => {
    await bench.close()
    await broker.stop()
  })

  test('lanes say so, open again when it is back, and lose and double nothing', async () => {
    const [topic, output] = [await bench.newTopic(2), await bench.newTopic(2)]
    const values = Array.from({ length: 3000 }, (_, index) => `${index}`)
    for (const partition of [0, 1]) await bench.append(topic, partition, values)
    const subscription = { groupId: `outage-${process.pid}`, topics: [{ topic, from: 'earliest' as const }] }
    const stage = runStage(bench.runLanes, subscription, copyInSteps(output, 50))
    await vi.waitFor(async () => expect((await bench.read(output, 0)).length).toBeGreaterThan(100), WAIT)
    await broker.kill('SIGKILL')
    await vi.waitFor(() => expect(stage.statuses.at(-1)?.open).toBeLessThan(2), WAIT)
    await broker.start()
    for (const partition of [0, 1]) {
      await vi.waitFor(
        async () => expect((await bench.read(output, partition)).length).toBeGreaterThanOrEqual(3000),
        WAIT,
      )
      expect(await bench.read(output, partition)).toEqual(values)
    }
    await vi.waitFor(
      () => expect(stage.statuses.at(-1)).toMatchObject({ assigned: 2, open: 2, problem: null }),
      WAIT,
    )
    await stage.stop()
  })

  test('a stage that starts while it is away names the brokers, and begins when it is there', async () => {
    const topic = await bench.newTopic(1)
    await broker.kill('SIGKILL')
    const subscription = { groupId: `late-${process.pid}`, topics: [{ topic, from: 'earliest' as const }] }
    const stage = runStage(bench.runLanes, subscription, lane => lane.signals$)
    const problem = `Kafka cannot be reached at ${broker.brokers.join(', ')}`
    await vi.waitFor(
      () =>
        expect(stage.statuses.at(-1)).toMatchObject({
          assigned: null,
          problem: expect.stringContaining(problem),
        }),
      WAIT,
    )
    await broker.start()
    await vi.waitFor(
      () => expect(stage.statuses.at(-1)).toMatchObject({ assigned: 1, open: 1, problem: null }),
      WAIT,
    )
    await stage.stop()
  })

  test('a stage stops while it is away', async () => {
    const topic = await bench.newTopic(1)
    const subscription = { groupId: `stopped-${process.pid}`, topics: [{ topic, from: 'earliest' as const }] }
    const stage = runStage(bench.runLanes, subscription, lane => lane.signals$)
    await vi.waitFor(() => expect(stage.statuses.at(-1)?.open).toBe(1), WAIT)
    await broker.kill('SIGKILL')
    await stage.stop()
    await broker.start()
  })
})

/** Copies in transactions of a few records, so that a kill meets many of them. */
function copyInSteps(topic: string, step: number): (lane: Lane) => Observable<unknown> {
  return lane =>
    lane.signals$.pipe(
      concatMap(signal => {
        if (signal.kind === 'end') return EMPTY
        const records = signal.records.map(({ offset, key, value }) => ({
          offset,
          topic,
          partition: lane.partition,
          key,
          value,
        }))
        const groups = Array.from({ length: Math.ceil(records.length / step) }, (_, index) =>
          records.slice(index * step, (index + 1) * step),
        )
        return groups.map(group => ({
          offset: (group.at(-1)?.offset ?? 0) + 1,
          metadata: '',
          records: group,
        }))
      }),
      concatMap(transaction => lane.commit(transaction)),
    )
}
