import { concat, concatMap, EMPTY, ignoreElements, type Observable, tap, throwError } from 'rxjs'
import { describe, expect, test, vi } from 'vitest'
import type {
  JournalBatch,
  Lane,
  LaneSubscription,
  LaneTransaction,
  RunLanes,
} from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { runStage } from '../support/run-stage.ts'
import { watchLanes } from '../support/watch-lanes.ts'

/** A log and the lanes on it. Topics and groups are new for each test. */
export interface LaneBench {
  readonly runLanes: RunLanes
  /** Makes a topic and answers its name. */
  newTopic(partitions: number): Promise<string>
  append(topic: string, partition: number, values: readonly string[]): Promise<void>
  /** Values of the committed records of a partition. */
  read(topic: string, partition: number): Promise<readonly string[]>
}

const WAIT = { timeout: 30_000, interval: 20 }
let groups = 0

const HOUR_MS = 3_600_000

// The journal holds a, b and c.
const journalReads = [
  {
    what: 'the cursor, where the memory is shorter',
    start: { fromOffset: 1, memoryMs: 0, afterMs: HOUR_MS },
    unread: false,
    expected: ['b', 'c'],
  },
  {
    what: 'where the memory begins, where the cursor is later',
    start: { fromOffset: 3, memoryMs: 2 * HOUR_MS, afterMs: HOUR_MS },
    unread: false,
    expected: ['a', 'b', 'c'],
  },
  {
    what: 'its beginning, where the cursor is there',
    start: { fromOffset: 0, memoryMs: 0, afterMs: HOUR_MS },
    unread: false,
    expected: ['a', 'b', 'c'],
  },
  {
    what: 'its end, where nobody needs more',
    start: { fromOffset: 3, memoryMs: 60_000, afterMs: HOUR_MS },
    unread: false,
    expected: [],
  },
  {
    what: 'before the first unread record arrived, however late it is now',
    start: { fromOffset: 3, memoryMs: 60_000, afterMs: HOUR_MS },
    unread: true,
    expected: ['a', 'b', 'c'],
  },
]

/** What every adapter of the lane port shows. */
export function describeLanes(name: string, bench: () => LaneBench): void {
  const setUp = async () => {
    const [work, journal] = [await bench().newTopic(1), await bench().newTopic(1)]
    groups++
    const groupId = `contract-${process.pid}-${Date.now()}-${groups}`
    const from = (start: 'earliest' | 'latest') => ({ topics: [{ topic: work, from: start }] })
    const run = (chain: (lane: Lane) => Observable<unknown>, changes: Partial<LaneSubscription> = {}) =>
      runStage(bench().runLanes, { groupId, journalTopic: journal, ...from('earliest'), ...changes }, chain)
    return { work, journal, run, from, append: (values: string[]) => bench().append(work, 0, values) }
  }

  describe(`lanes of ${name}`, () => {
    test('deliver in order from the start, and again from the committed offset with its metadata', async () => {
      const { run, append } = await setUp()
      await append(['a', 'b', 'c', 'd'])
      const first = watchLanes()
      const running = run(lane =>
        first.follow(
          lane,
          commitOnce(lane, () => first.values.length === 4, { offset: 2, metadata: '1;7;x', records: [] }),
        ),
      )
      await vi.waitFor(() => expect(first.committed).toBe(1), WAIT)
      expect(first.values).toEqual(['a', 'b', 'c', 'd'])
      expect(first.lanes[0]).toMatchObject({ offset: 0, metadata: '', partition: 0 })
      await running.stop()

      const second = watchLanes()
      const again = run(lane => second.follow(lane))
      await vi.waitFor(() => expect(second.values).toEqual(['c', 'd']), WAIT)
      expect(second.lanes[0]).toMatchObject({ offset: 2, metadata: '1;7;x' })
      await again.stop()
    })

    test('commit records and offset together, and answer a journal end above them', async () => {
      const { run, append, journal } = await setUp()
      await append(['a', 'b'])
      const seen = watchLanes()
      const ends: (number | null)[] = []
      const running = run(lane =>
        seen.follow(lane, signal => {
          if (signal.kind === 'end') return EMPTY
          const records = signal.records.map(({ key, value }) => ({
            topic: journal,
            partition: 0,
            key,
            value,
          }))
          return lane.commit({ offset: signal.nextOffset, metadata: 'm', records }).pipe(
            tap(({ journalEnd }) => {
              ends.push(journalEnd)
            }),
          )
        }),
      )
      await vi.waitFor(async () => expect(await bench().read(journal, 0)).toEqual(['a', 'b']), WAIT)
      await vi.waitFor(() => expect(ends.at(-1)).toBeGreaterThanOrEqual(2), WAIT)
      await running.stop()
    })

    test('open a failed lane again from the committed offset, with nothing of what failed', async () => {
      const { run, append } = await setUp()
      await append(['a', 'b', 'c'])
      const seen = watchLanes()
      const running = run(lane =>
        seen.follow(lane, signal => {
          if (seen.lanes.length > 1 || signal.kind === 'end') return EMPTY
          const failure = new PipelineError('commit_failed', 'made to fail')
          return lane
            .commit({ offset: 1, metadata: '', records: [] })
            .pipe(concatMap(() => throwError(() => failure)))
        }),
      )
      await vi.waitFor(() => expect(seen.values).toEqual(['a', 'b', 'c', 'b', 'c']), WAIT)
      expect(seen.lanes.map(({ offset }) => offset)).toEqual([0, 1])
      await running.stop()
    })

    test('end the stage with what is no failure of a lane', async () => {
      const { run, append } = await setUp()
      await append(['a'])
      const bug = new TypeError('a bug')
      const running = run(() => throwError(() => bug))
      await expect(running.done).rejects.toBe(bug)
    })

    test('end the stage with a failure that opening again cannot cure', async () => {
      const { run } = await setUp()
      const refusal = new PipelineError('commit_refused', 'not allowed')
      const running = run(() => throwError(() => refusal))
      await expect(running.done).rejects.toBe(refusal)
    })

    test.each(journalReads)('read the journal from $what', async ({ start, unread, expected }) => {
      const { run, journal, append } = await setUp()
      await bench().append(journal, 0, ['a', 'b', 'c'])
      if (unread) await append(['unread'])
      const nowMs = Date.now() + start.afterMs
      const read: JournalBatch[] = []
      const from = { recordsMax: 100, ...start, nowMs }
      const running = run(lane => lane.readJournal(from).pipe(tap(batch => read.push(batch))))
      await vi.waitFor(() => expect(read.at(-1)?.nextOffset).toBe(3), WAIT)
      expect(valuesOf(read)).toEqual(expected)
      await running.stop()
    })

    test('read an empty journal as one batch that ends at 0', async () => {
      const { run } = await setUp()
      const batches: JournalBatch[] = []
      const from = { fromOffset: 0, nowMs: Date.now(), memoryMs: 1000, recordsMax: 100 }
      const running = run(lane => lane.readJournal(from).pipe(tap(batch => batches.push(batch))))
      await vi.waitFor(() => expect(batches).toEqual([{ records: [], nextOffset: 0 }]), WAIT)
      await running.stop()
    })

    test('prove the end of an empty partition, and of one whose records are delivered', async () => {
      const { run, append } = await setUp()
      const seen = watchLanes()
      const running = run(lane => seen.follow(lane))
      await vi.waitFor(() => expect(seen.signals).toEqual([{ kind: 'end' }]), WAIT)
      await append(['a', 'b'])
      await vi.waitFor(() => expect(seen.values).toEqual(['a', 'b']), WAIT)
      await vi.waitFor(() => expect(seen.atEnd).toBe(true), WAIT)
      await running.stop()
    })

    test('deliver nothing while paused, and everything once in order after resuming', async () => {
      const { run, append } = await setUp()
      const seen = watchLanes()
      const running = run(lane =>
        seen.follow(lane, signal => {
          if (signal.kind === 'end' && seen.values.length === 0) lane.pause()
          return EMPTY
        }),
      )
      await vi.waitFor(() => expect(seen.signals.length).toBe(1), WAIT)
      for (const value of ['a', 'b', 'c', 'd']) await append([value])
      // A second lane of its own has seen them all by now; the paused one has not.
      const other = watchLanes()
      const witness = run(lane => other.follow(lane), { groupId: `witness-${process.pid}-${Date.now()}` })
      await vi.waitFor(() => expect(other.values).toHaveLength(4), WAIT)
      await witness.stop()
      expect(seen.values).toEqual([])
      seen.lanes[0]?.resume()
      await vi.waitFor(() => expect(seen.values).toEqual(['a', 'b', 'c', 'd']), WAIT)
      await vi.waitFor(() => expect(seen.atEnd).toBe(true), WAIT)
      await running.stop()
    })

    test('resolve latest once: what comes after it is delivered by the next owner', async () => {
      const { run, append, from } = await setUp()
      await append(['old'])
      const first = watchLanes()
      const running = run(lane => first.follow(lane), from('latest'))
      await vi.waitFor(() => expect(first.atEnd).toBe(true), WAIT)
      await running.stop()
      await append(['new'])
      const second = watchLanes()
      const again = run(lane => second.follow(lane), from('latest'))
      await vi.waitFor(() => expect(second.values).toEqual(['new']), WAIT)
      expect(first.values).toEqual([])
      await again.stop()
    })

    test('complete the signals when stopping, let the chain commit, and complete the stage', async () => {
      const { run, append, journal } = await setUp()
      await append(['a'])
      const seen = watchLanes()
      const running = run(lane => {
        const farewell = {
          offset: 1,
          metadata: '',
          records: [{ topic: journal, partition: 0, key: null, value: 'bye' }],
        }
        return concat(seen.follow(lane).pipe(ignoreElements()), lane.commit(farewell))
      })
      await vi.waitFor(() => expect(seen.values).toEqual(['a']), WAIT)
      await running.stop()
      expect(await bench().read(journal, 0)).toEqual(['bye'])
      expect(running.statuses.at(-1)?.open).toBe(0)
    })
  })
}

function commitOnce(lane: Lane, ready: () => boolean, transaction: LaneTransaction) {
  let done = false
  return (): Observable<unknown> => {
    if (done || !ready()) return EMPTY
    done = true
    return lane.commit(transaction)
  }
}

function valuesOf(batches: readonly JournalBatch[] = []): string[] {
  return batches.flatMap(({ records }) => records.map(({ value }) => String(value)))
}
