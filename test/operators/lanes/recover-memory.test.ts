import { EMPTY, NEVER, of, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { JournalBatch, Lane, LogRecord } from '../../../operators/lanes/lane.ts'
import { decodeCursor } from '../../../operators/lanes/decode-cursor.ts'
import { encodeCursor } from '../../../operators/lanes/encode-cursor.ts'
import {
  type LaneMemory,
  recoverMemory,
  type RecoverMemoryOptions,
} from '../../../operators/lanes/recover-memory.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { virtualTime } from '../../support/virtual-time.ts'
import { DECIDED_ARRIVED_MS, decisionRecord } from './decision-record.ts'
import { workOf, workRecord } from './work-record.ts'

const NOW_MS = DECIDED_ARRIVED_MS
const options = { nowMs: NOW_MS, dedupeMs: 600_000, idsMax: 100 }

function laneWith(journal: Lane['readJournal'], more: Partial<Lane> = {}): Lane {
  return {
    topic: 'work',
    partition: 0,
    offset: 0,
    metadata: '',
    signals$: EMPTY,
    readJournal: journal,
    commit: () => EMPTY,
    pause: () => undefined,
    resume: () => undefined,
    ...more,
  }
}

function batch(values: readonly (string | null)[], nextOffset: number): JournalBatch {
  const records = values.map((value, offset): LogRecord => {
    return {
      offset,
      timestampMs: 0,
      key: null,
      value: value === null ? null : Buffer.from(value),
      headers: {},
    }
  })
  return { records, nextOffset }
}

function recovered(lane: Lane, changes: Partial<RecoverMemoryOptions> = {}): LaneMemory {
  const memories: LaneMemory[] = []
  recoverMemory(lane, { ...options, ...changes }).subscribe(memory => memories.push(memory))
  const [memory] = memories
  if (memory === undefined || memories.length > 1) throw new Error(`${memories.length} memories`)
  return memory
}

/** The offsets of the first ten that the memory knows as decided. */
function takenAs({ decided }: LaneMemory): readonly number[] {
  const records = Array.from({ length: 10 }, (_, offset) => workRecord({ offset, atMs: NOW_MS }))
  return records.filter(record => decided.take(record)).map(({ offset }) => offset)
}

test.each([
  [600_000, 600_000],
  [900_000, 900_000],
  [0, 600_000],
])('reads from the committed cursor and, where ids count for %i ms, %i ms back', (dedupeMs, backMs) => {
  const asked: unknown[] = []
  const lane = laneWith(
    from => {
      asked.push(from)
      return of(batch([], 9))
    },
    { metadata: encodeCursor(7), offset: 3 },
  )
  expect(recovered(lane, { dedupeMs }).ledger).toMatchObject({ position: 3, watermark: 3 })
  expect(asked).toEqual([{ fromOffset: 7, nowMs: NOW_MS, memoryMs: backMs, recordsMax: 100 }])
})

test.each(['', 'damaged', `${encodeCursor(7)}x`])(
  'reads the whole journal where the metadata is %j',
  metadata => {
    const asked: unknown[] = []
    const lane = laneWith(
      from => {
        asked.push(from.fromOffset)
        return of(batch([], 9))
      },
      { metadata, offset: 3 },
    )
    recovered(lane)
    expect(asked).toEqual([0])
  },
)

test('emits one memory when the journal has been read, and waits for it', () => {
  virtualTime().run(({ cold, expectObservable, expectSubscriptions }) => {
    const journal$ = cold('a--b--(c|)', { a: batch([], 1), b: batch([], 2), c: batch([], 3) })
    expectObservable(
      recoverMemory(
        laneWith(() => journal$),
        options,
      ),
    ).toBe('------(m|)', {
      m: expect.objectContaining({ decided: expect.objectContaining({ size: 0 }) }),
    })
    expectSubscriptions(journal$.subscriptions).toBe('^-----!')
    const silent$ = cold<JournalBatch>('-')
    expectObservable(
      recoverMemory(
        laneWith(() => silent$),
        options,
      ),
      '---!',
    ).toBe('----')
    expectSubscriptions(silent$.subscriptions).toBe('^--!')
  })
})

test('passes failures of the journal on', () => {
  const gap = new PipelineError('journal_gap', 'gone')
  const errors: unknown[] = []
  recoverMemory(
    laneWith(() => throwError(() => gap)),
    options,
  ).subscribe({
    error: (error: unknown) => errors.push(error),
  })
  expect(errors).toEqual([gap])
  expect(() =>
    recoverMemory(
      laneWith(() => NEVER),
      options,
    )
      .subscribe()
      .unsubscribe(),
  ).not.toThrow()
})

test('knows the offsets from the committed one on that are decided, repeats included, over all batches', () => {
  const lane = laneWith(
    () => of(batch([decisionRecord([1, 5])], 1), batch([decisionRecord([3, 6], {}, [8])], 3)),
    {
      offset: 4,
    },
  )
  expect(takenAs(recovered(lane))).toEqual([5, 6, 8])
})

test('keeps the cursor that was read up to the highest decided offset, and takes a newer one beyond', () => {
  const metadata = encodeCursor(2)
  const { cursor } = recovered(
    laneWith(() => of(batch([decisionRecord([6], {}, [8])], 11)), { offset: 4, metadata }),
  )
  for (const offset of [4, 5, 6, 7, 8, 9]) cursor.delivered(offset)
  expect(decodeCursor(cursor.metadata(4))).toBe(2)
  expect(decodeCursor(cursor.metadata(8))).toBe(2)
  expect(decodeCursor(cursor.metadata(9))).toBe(11)
})

test('remembers judged events and every decided work id, below the committed offset too', () => {
  const { seen } = recovered(
    laneWith(() => of(batch([decisionRecord([1]), decisionRecord([2], { outcome: 'undecided' })], 2)), {
      offset: 4,
    }),
  )
  const copyOf = (n: number) => workOf({ offset: 9, eventId: `event-${n}` })
  expect(seen.isRepeat(copyOf(1), NOW_MS + 600_000)).toBe(true)
  expect(seen.isRepeat(copyOf(1), NOW_MS + 600_001)).toBe(false)
  expect(seen.isRepeat(copyOf(2), NOW_MS)).toBe(false)
  expect(seen.isRepeat(workOf({ offset: 2 }), NOW_MS)).toBe(true)
})

test('lets the event of a cancelled decision come again', () => {
  const { seen } = recovered(laneWith(() => of(batch([decisionRecord([1], { outcome: 'cancelled' })], 1))))
  expect(seen.isRepeat(workOf({ offset: 9, eventId: 'event-1' }), NOW_MS)).toBe(false)
})

test('passes over what is no decision', () => {
  const lane = laneWith(() => of(batch(['', 'junk', '{}', '[1]', 'null', null, decisionRecord([2])], 7)))
  expect(takenAs(recovered(lane))).toEqual([2])
})

test('forgets the oldest ids past the maximum', () => {
  const lane = laneWith(() => of(batch([decisionRecord([1]), decisionRecord([2]), decisionRecord([3])], 3)), {
    offset: 9,
  })
  let memory: LaneMemory | undefined
  recoverMemory(lane, { ...options, idsMax: 2 }).subscribe(value => {
    memory = value
  })
  expect([1, 2, 3].map(offset => memory?.seen.isRepeat(workOf({ offset }), NOW_MS))).toEqual([
    false,
    true,
    true,
  ])
})

test('has a memory of its own for each subscription', () => {
  const memory$ = recoverMemory(
    laneWith(() => of(batch([decisionRecord([2])], 1))),
    options,
  )
  const memories: LaneMemory[] = []
  memory$.subscribe(memory => memories.push(memory))
  memories[0]?.decided.take(workRecord({ offset: 2, atMs: NOW_MS }))
  memory$.subscribe(memory => memories.push(memory))
  expect(memories.map(({ decided }) => decided.size)).toEqual([0, 1])
})
