import { concatMap, EMPTY, type Observable, Subject, take, tap } from 'rxjs'
import { afterAll, beforeAll, describe, expect, inject, test, vi } from 'vitest'
import type {
  JournalBatch,
  Lane,
  LaneSignal,
  LaneSubscription,
  OutputRecord,
} from '../../../operators/lanes/lane.ts'
import { describeLanes } from '../../contract/lanes.contract.ts'
import { kafkaBench, type KafkaBench } from '../../support/kafka-bench.ts'
import { type RunningStage, runStage } from '../../support/run-stage.ts'
import { watchLanes } from '../../support/watch-lanes.ts'

const brokers = inject('kafkaBrokers')
const WAIT = { timeout: 60_000, interval: 20 }
let groups = 0

describe.skipIf(brokers.length === 0)('on Kafka', () => {
  let bench: KafkaBench
  let skipped: [string, string, number][] = []
  let happened: string[] = []

  beforeAll(async () => {
    bench = await kafkaBench(brokers, {
      skipped: (...what) => skipped.push(what),
      joined: (_stage, members) => happened.push(`${members} members`),
    })
  })
  afterAll(() => bench.close())

  describeLanes('Kafka', () => bench)

  const start = (
    topic: string,
    chain: (lane: Lane) => Observable<unknown>,
    changes: Partial<LaneSubscription> = {},
  ): RunningStage & { groupId: string } => {
    const groupId = changes.groupId ?? newGroup()
    const topics = [{ topic, from: 'earliest' as const }]
    return { groupId, ...runStage(bench.runLanes, { groupId, topics, ...changes }, chain) }
  }

  test('says how many members share the group before a lane opens, at every change', async () => {
    const [topic, groupId] = [await bench.newTopic(1), newGroup()]
    const open = () => {
      happened.push('lane')
      return EMPTY
    }
    happened = []
    const first = start(topic, open, { groupId })
    await vi.waitFor(() => expect(happened).toEqual(['1 members', 'lane']), WAIT)
    happened = []
    const second = start(topic, open, { groupId })
    await vi.waitFor(() => expect(happened.toSorted()).toEqual(['2 members', '2 members', 'lane']), WAIT)
    expect(happened.at(0)).toBe('2 members')
    happened = []
    await second.stop()
    await vi.waitFor(() => expect(happened).toEqual(['1 members', 'lane']), WAIT)
    await first.stop()
  })

  test('a fenced owner cannot commit, and its lane opens again where the new owner is', async () => {
    const [topic, output] = [await bench.newTopic(1), await bench.newTopic(1)]
    await bench.append(topic, 0, ['a', 'b', 'c'])
    const go$ = new Subject<void>()
    const seen = watchLanes()
    const stage = start(topic, lane =>
      seen.follow(lane, signal => {
        if (seen.lanes.length > 1 || signal.kind === 'end') return EMPTY
        const records = [{ topic: output, partition: 0, key: null, value: 'zombie' }]
        return go$.pipe(
          take(1),
          concatMap(() => lane.commit({ offset: 1, metadata: 'zombie', records })),
        )
      }),
    )
    await vi.waitFor(() => expect(seen.values).toEqual(['a', 'b', 'c']), WAIT)
    const rival = bench.kafka.producer({
      transactionalId: `${stage.groupId}.${topic}.0`,
      maxInFlightRequests: 1,
    })
    await rival.connect()
    const transaction = await rival.transaction()
    await transaction.sendOffsets({
      consumerGroupId: stage.groupId,
      topics: [{ topic, partitions: [{ partition: 0, offset: '2' }] }],
    })
    await transaction.commit()
    await rival.disconnect()
    go$.next()
    await vi.waitFor(() => expect(seen.values).toEqual(['a', 'b', 'c', 'c']), WAIT)
    expect(seen.lanes.at(-1)).toMatchObject({ offset: 2, metadata: '' })
    expect(await bench.read(output, 0)).toEqual([])
    await stage.stop()
  })

  test('an owner whose transaction is open when the next one opens the lane cannot commit it any more', async () => {
    const topic = await bench.newTopic(1)
    await bench.append(topic, 0, ['a', 'b', 'c'])
    const groupId = newGroup()
    const owner = bench.kafka.producer({ transactionalId: `${groupId}.${topic}.0`, maxInFlightRequests: 1 })
    await owner.connect()
    const offsets = (offset: string) => ({
      consumerGroupId: groupId,
      topics: [{ topic, partitions: [{ partition: 0, offset }] }],
    })
    const settled = await owner.transaction()
    await vi.waitFor(() => settled.sendOffsets(offsets('1')), WAIT)
    await settled.commit()
    const open = await owner.transaction()
    await vi.waitFor(() => open.sendOffsets(offsets('2')), WAIT)
    const seen = watchLanes()
    const stage = start(topic, lane => seen.follow(lane), { groupId })
    await vi.waitFor(() => expect(seen.values).toEqual(['b', 'c']), WAIT)
    await expect(open.commit()).rejects.toMatchObject({ type: 'INVALID_PRODUCER_EPOCH' })
    await owner.disconnect()
    await stage.stop()
  })

  test('aborted records of overlapping transactions are delivered by neither lanes nor journals', async () => {
    const [topic, journal] = [await bench.newTopic(1), await bench.newTopic(1)]
    for (const target of [topic, journal]) await overlappingAborts(bench, target)
    const seen = watchLanes()
    const read: string[] = []
    // Offset 1 lies inside of both aborted transactions.
    const groupId = newGroup()
    await bench.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
    const stage = start(
      topic,
      lane =>
        lane.readJournal({ fromOffset: 1, nowMs: Date.now(), memoryMs: 0, recordsMax: 0 }).pipe(
          tap(({ records }) => read.push(...records.map(({ value }) => String(value)))),
          concatMap(({ records }) => (records.length === 0 ? seen.follow(lane) : EMPTY)),
        ),
      { journalTopic: journal, groupId },
    )
    await vi.waitFor(() => expect(seen.values).toEqual(['good']), WAIT)
    expect(read).toEqual(['good'])
    await stage.stop()

    const whole = watchLanes()
    const again = start(topic, lane => whole.follow(lane))
    await vi.waitFor(() => expect(whole.values).toEqual(['good']), WAIT)
    await vi.waitFor(() => expect(whole.atEnd).toBe(true), WAIT)
    await again.stop()
  })

  test('a record that its topic refuses for its size is replaced, the others of its transaction stay', async () => {
    const [topic, output] = [
      await bench.newTopic(1),
      await bench.newTopic(1, { 'max.message.bytes': '20000' }),
    ]
    await bench.append(topic, 0, ['a'])
    const to = (value: string): OutputRecord => ({ topic: output, partition: 0, key: null, value })
    const records = [
      ...Array.from({ length: 9 }, (_, index) => to(`${index}`)),
      { ...to('x'.repeat(50_000)), oversize: () => [to('cut')] },
      to('last'),
    ]
    const seen = watchLanes()
    const stage = start(topic, lane =>
      seen.follow(lane, signal =>
        signal.kind === 'end' ? EMPTY : lane.commit({ offset: 1, metadata: '', records }),
      ),
    )
    await vi.waitFor(() => expect(seen.committed).toBe(1), WAIT)
    expect(await bench.read(output, 0)).toEqual(['0', '1', '2', '3', '4', '5', '6', '7', '8', 'cut', 'last'])
    await stage.stop()
  })

  test('a record that is refused for its size and has no replacement ends the stage', async () => {
    const [topic, output] = [
      await bench.newTopic(1),
      await bench.newTopic(1, { 'max.message.bytes': '20000' }),
    ]
    const records = [{ topic: output, partition: 0, key: null, value: 'x'.repeat(50_000) }]
    const stage = start(topic, lane => lane.commit({ offset: 0, metadata: '', records }))
    await expect(stage.done).rejects.toMatchObject({ code: 'commit_refused' })
  })

  test('a topic that does not exist ends the stage and is named', async () => {
    const topic = await bench.newTopic(1)
    const records = [{ topic: 'no-such-topic', partition: 0, key: null, value: 'x' }]
    const stage = start(topic, lane => lane.commit({ offset: 0, metadata: '', records }))
    await expect(stage.done).rejects.toMatchObject({
      code: 'topic_missing',
      message: expect.stringContaining('no-such-topic'),
    })
    const other = start('no-such-source', () => EMPTY)
    await expect(other.done).rejects.toMatchObject({
      code: 'topic_missing',
      message: expect.stringContaining('no-such-source'),
    })
  })

  test('a source goes on at its earliest record when the committed one is gone, and what was skipped is counted', async () => {
    const topic = await bench.newTopic(1)
    await bench.append(topic, 0, ['a', 'b', 'c', 'd', 'e', 'f'])
    const groupId = newGroup()
    await bench.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '1' }] })
    await deleteBelow(bench, topic, 4)
    skipped = []
    const seen = watchLanes()
    const stage = start(topic, lane => seen.follow(lane), { groupId, stage: 'route' })
    await vi.waitFor(() => expect(seen.values).toEqual(['e', 'f']), WAIT)
    expect(seen.lanes.map(({ offset }) => offset)).toEqual([1, 4])
    expect(skipped).toEqual([[topic, 'offset_out_of_range', 3]])
    await stage.stop()
  })

  test('a source whose log ends before the committed offset goes on at its end, and what it lost is counted', async () => {
    const topic = await bench.newTopic(1)
    await bench.append(topic, 0, ['a', 'b', 'c'])
    const groupId = newGroup()
    await bench.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '8' }] })
    skipped = []
    const seen = watchLanes()
    const stage = start(topic, lane => seen.follow(lane), { groupId, stage: 'route' })
    await vi.waitFor(() => expect(seen.lanes.map(({ offset }) => offset)).toEqual([8, 3]), WAIT)
    await bench.append(topic, 0, ['d'])
    await vi.waitFor(() => expect(seen.values).toEqual(['d']), WAIT)
    expect(skipped).toEqual([[topic, 'offset_beyond_end', 5]])
    await stage.stop()
  })

  test('a source that was deleted and made again is read from its beginning', async () => {
    const topic = await bench.newTopic(1)
    await bench.append(topic, 0, ['a', 'b', 'c'])
    const groupId = newGroup()
    const first = watchLanes()
    const before = start(
      topic,
      lane =>
        first.follow(lane, signal =>
          signal.kind === 'end'
            ? EMPTY
            : lane.commit({ offset: signal.nextOffset, metadata: '', records: [] }),
        ),
      { groupId, stage: 'route' },
    )
    await vi.waitFor(() => expect(first.committed).toBeGreaterThan(0), WAIT)
    await before.stop()
    await bench.admin.deleteTopics({ topics: [topic] })
    await vi.waitFor(async () => expect(await bench.admin.listTopics()).not.toContain(topic), WAIT)
    await bench.admin.createTopics({ waitForLeaders: true, topics: [{ topic, numPartitions: 1 }] })
    await vi.waitFor(() => bench.append(topic, 0, ['new']), WAIT)
    const second = watchLanes()
    const after = start(topic, lane => second.follow(lane), { groupId, stage: 'route' })
    await vi.waitFor(() => expect(second.values).toEqual(['new']), WAIT)
    await after.stop()
  })

  test('a lane of work stands still with a problem when its records are gone, and others go on', async () => {
    const topic = await bench.newTopic(2)
    await bench.append(topic, 0, ['a', 'b'])
    await bench.append(topic, 1, ['c'])
    const groupId = newGroup()
    await bench.admin.setOffsets({
      groupId,
      topic,
      partitions: [
        { partition: 0, offset: '0' },
        { partition: 1, offset: '0' },
      ],
    })
    await deleteBelow(bench, topic, 2)
    const seen = watchLanes()
    const stage = start(topic, lane => seen.follow(lane), { groupId })
    await vi.waitFor(
      () =>
        expect(stage.statuses.at(-1)).toMatchObject({
          assigned: 2,
          open: 1,
          problem: expect.stringContaining('raise its retention'),
        }),
      WAIT,
    )
    await vi.waitFor(() => expect(seen.values).toEqual(['c']), WAIT)
    await stage.stop()
  })

  test('a journal that has lost records below the cursor stops the lane', async () => {
    const [topic, journal] = [await bench.newTopic(1), await bench.newTopic(1)]
    await bench.append(journal, 0, ['a', 'b', 'c', 'd'])
    await deleteBelow(bench, journal, 2)
    const from = { fromOffset: 1, nowMs: Date.now(), memoryMs: 0, recordsMax: 0 }
    const stage = start(topic, lane => lane.readJournal(from), { journalTopic: journal })
    await vi.waitFor(() => expect(stage.statuses.at(-1)?.problem).toContain('has lost records'), WAIT)
    await stage.stop()
  })

  test('a journal is read from no more than so many records with their markers before its end', async () => {
    const [topic, journal] = [await bench.newTopic(1), await bench.newTopic(1)]
    await bench.append(journal, 0, ['a', 'b', 'c', 'd', 'e'])
    const from = { fromOffset: 5, nowMs: Date.now(), memoryMs: 3_600_000, recordsMax: 1 }
    const read: string[] = []
    const note = ({ records }: JournalBatch) => read.push(...records.map(({ value }) => String(value)))
    const stage = start(topic, lane => lane.readJournal(from).pipe(tap(note)), { journalTopic: journal })
    await vi.waitFor(() => expect(read).toEqual(['d', 'e']), WAIT)
    await stage.stop()
  })

  test('partitions move between two members, and every record is committed exactly once', async () => {
    const [topic, output] = [await bench.newTopic(4), await bench.newTopic(4)]
    const groupId = newGroup()
    const copy = copyTo(output)
    const first = start(topic, copy, { groupId })
    const sent: string[] = []
    const feed = async (rounds: number): Promise<void> => {
      for (let round = 0; round < rounds; round++) {
        for (const partition of [0, 1, 2, 3]) {
          const value = `${partition}:${sent.length}`
          sent.push(value)
          await bench.append(topic, partition, [value])
        }
      }
    }
    await vi.waitFor(() => expect(first.statuses.at(-1)?.open).toBe(4), WAIT)
    await feed(20)
    const second = start(topic, copy, { groupId })
    const feeding = feed(60)
    await vi.waitFor(() => expect(second.statuses.at(-1)).toMatchObject({ assigned: 2, open: 2 }), WAIT)
    await vi.waitFor(() => expect(first.statuses.at(-1)).toMatchObject({ assigned: 2, open: 2 }), WAIT)
    await feeding
    first.cut()
    await feed(20)
    await vi.waitFor(() => expect(second.statuses.at(-1)).toMatchObject({ assigned: 4, open: 4 }), WAIT)
    await vi.waitFor(async () => expect(await readAll(bench, output, 4)).toHaveLength(sent.length), WAIT)
    expect(new Set(await readAll(bench, output, 4))).toEqual(new Set(sent))
    for (const partition of [0, 1, 2, 3]) {
      expect(await bench.read(output, partition)).toEqual(
        sent.filter(value => value.startsWith(`${partition}:`)),
      )
    }
    await second.stop()
  })
})

function newGroup(): string {
  groups++
  return `lanes-${process.pid}-${Date.now()}-${groups}`
}

/** A chain that copies each batch to the same partition of another topic. */
function copyTo(topic: string): (lane: Lane) => Observable<unknown> {
  return lane =>
    lane.signals$.pipe(
      concatMap((signal: LaneSignal) => {
        if (signal.kind === 'end') return EMPTY
        const records = signal.records.map(({ key, value }) => ({
          topic,
          partition: lane.partition,
          key,
          value,
        }))
        return lane.commit({ offset: signal.nextOffset, metadata: '', records })
      }),
    )
}

// Asked of a topic this new, the client library may not know its leader yet.
async function deleteBelow({ admin }: KafkaBench, topic: string, offset: number): Promise<void> {
  const partitions = [{ partition: 0, offset: `${offset}` }]
  await vi.waitFor(() => admin.deleteTopicRecords({ topic, partitions }), WAIT)
}

async function readAll(bench: KafkaBench, topic: string, partitions: number): Promise<string[]> {
  const read = await Promise.all(
    Array.from({ length: partitions }, (_, partition) => bench.read(topic, partition)),
  )
  return read.flat()
}

/** Two writers whose aborted transactions overlap, the later one ending first; then a record that counts. */
async function overlappingAborts({ kafka, append }: KafkaBench, topic: string): Promise<void> {
  const writers = ['one', 'other'].map(name =>
    kafka.producer({ transactionalId: `${topic}-${name}`, maxInFlightRequests: 1 }),
  )
  const [one, other] = writers
  if (one === undefined || other === undefined) return
  await Promise.all(writers.map(writer => writer.connect()))
  const [first, second] = [await one.transaction(), await other.transaction()]
  const send = { topic, messages: [{ partition: 0, value: 'aborted' }] }
  await first.send(send)
  await second.send(send)
  await first.send(send)
  await second.send(send)
  await second.abort()
  await first.abort()
  await append(topic, 0, ['good'])
  await Promise.all(writers.map(writer => writer.disconnect()))
}
