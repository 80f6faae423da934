import { concatMap, EMPTY, ignoreElements, tap } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type { Lane } from '../../operators/lanes/lane.ts'
import { kafkaBench, type KafkaBench } from '../support/kafka-bench.ts'
import { runStage } from '../support/run-stage.ts'
import { watchLanes } from '../support/watch-lanes.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }
const REMOVED_BELOW = 2
const METADATA_CHARACTERS = 4096
let groups = 0

describe.skipIf(brokers.length === 0)('traps of kafkajs, on Kafka', () => {
  let bench: KafkaBench

  beforeAll(async () => {
    bench = await kafkaBench(brokers)
  })
  afterAll(() => bench.close())

  const setUp = async (values: readonly string[]) => {
    const topic = await bench.newTopic(1)
    await bench.append(topic, 0, values)
    const groupId = `traps-${process.pid}-${Date.now()}-${groups++}`
    const run = (chain: Parameters<typeof runStage>[2]) =>
      runStage(bench.runLanes, { groupId, topics: [{ topic, from: 'earliest' }] }, chain)
    /** Commits through a lane of its own, and waits for it. */
    const commit = async (offset: number, metadata: string) => {
      let done = false
      const stage = run((lane: Lane) =>
        lane.commit({ offset, metadata, records: [] }).pipe(
          tap(() => {
            done = true
          }),
        ),
      )
      await vi.waitFor(() => expect(done).toBe(true), WAIT)
      await stage.stop()
    }
    const committed = async () => {
      const [found] = await bench.admin.fetchOffsets({ groupId, topics: [topic] })
      return found?.partitions[0]
    }
    return { topic, run, commit, committed }
  }

  test('1.1: an offset out of range does not make a commit without metadata of its own', async () => {
    const { topic, run, commit, committed } = await setUp(['a', 'b', 'c'])
    await commit(1, 'cursor')
    const partitions = [{ partition: 0, offset: `${REMOVED_BELOW}` }]
    await vi.waitFor(() => bench.admin.deleteTopicRecords({ topic, partitions }), WAIT)
    const seen = watchLanes()
    const stage = run(lane => seen.follow(lane))
    await vi.waitFor(() => expect(stage.statuses.at(-1)?.problem).toContain('no longer holds'), WAIT)
    await stage.stop()
    expect(seen.values).toEqual([])
    expect(await committed()).toMatchObject({ offset: '1', metadata: 'cursor' })
  })

  test('1.1, parallel-consumer 894: an offset beyond the end is not reset to one where all is read again', async () => {
    const { run, commit, committed } = await setUp(['a', 'b', 'c'])
    await commit(50, 'cursor')
    const seen = watchLanes()
    const stage = run(lane => seen.follow(lane))
    await vi.waitFor(() => expect(stage.statuses.at(-1)?.problem).toContain('no longer holds'), WAIT)
    await stage.stop()
    expect(seen.values).toEqual([])
    expect(await committed()).toMatchObject({ offset: '50', metadata: 'cursor' })
  })

  test('1.2: a new owner never begins at an offset from before a commit that has returned', async () => {
    const { run } = await setUp(['a'])
    const offsets: number[] = []
    for (let round = 0; round < 10; round++) {
      let opened: Lane | undefined
      const stage = run(lane => {
        opened = lane
        return lane.commit({ offset: lane.offset + 1, metadata: '', records: [] }).pipe(ignoreElements())
      })
      await vi.waitFor(() => expect(opened).toBeDefined(), WAIT)
      await stage.stop()
      offsets.push(opened?.offset ?? -1)
    }
    expect(offsets).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
  })

  test('1.2: a producer that a failed commit has wedged is thrown away, and its lane commits with the next', async () => {
    const { run } = await setUp(['a'])
    const output = await bench.newTopic(1)
    const record = (partition: number) => ({ topic: output, partition, key: null, value: 'x' })
    const seen = watchLanes()
    const stage = run(lane =>
      seen.follow(lane, signal => {
        if (signal.kind === 'end') return EMPTY
        // The first incarnation writes to a partition that does not exist.
        const partition = seen.lanes.length === 1 ? 7 : 0
        return lane.commit({ offset: 1, metadata: '', records: [record(partition)] })
      }),
    )
    await vi.waitFor(async () => expect(await bench.read(output, 0)).toEqual(['x']), WAIT)
    expect(seen.lanes.map(({ offset }) => offset)).toEqual([0, 0])
    await stage.stop()
  })

  test('1.4: metadata of the longest size that a broker takes comes back whole, longer ones end the stage', async () => {
    const { run, commit, committed } = await setUp(['a'])
    const longest = 'm'.repeat(METADATA_CHARACTERS)
    await commit(0, longest)
    expect((await committed())?.metadata).toBe(longest)
    const stage = run(lane =>
      lane.commit({ offset: 0, metadata: `${longest}m`, records: [] }).pipe(concatMap(() => EMPTY)),
    )
    await expect(stage.done).rejects.toMatchObject({ code: 'commit_refused' })
  })
})
