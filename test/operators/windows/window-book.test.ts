import { expect, test } from 'vitest'
import type { ClosedWindow } from '../../../operators/windows/window.ts'
import { modeOf } from '../../../operators/windows/mode-of.ts'
import { WINDOW_EVENTS_MAX, WindowBook } from '../../../operators/windows/window-book.ts'
import { heldWork, ruleOf } from './held-work.ts'

const batch = ruleOf('batch', { trigger_mode: 'batch', batch_size: 3, max_wait_seconds: 10 })
const interval = ruleOf('interval', { trigger_mode: 'interval', interval_seconds: 10 })
const realtime = ruleOf('realtime', { trigger_mode: 'realtime' })
const wide = { windowsMax: 1000, eventsMax: 1e6, bytesMax: 1e9 }

/** Joins an event of 100 bytes at a time; the offset is the time unless it is named. */
function join(book: WindowBook, key: string, atMs: number, { rule = batch, offset = atMs } = {}) {
  return book.join(heldWork(rule, { offset, key, atMs }), rule, { arrivedAtMs: atMs, laneMs: atMs })
}

function facts(window: ClosedWindow | null) {
  if (window === null) return null
  const { key, held, closedBy, openedAtMs, closedAtMs } = window
  return [key, held.map(({ offset }) => offset).join(), closedBy, openedAtMs, closedAtMs]
}

test('closes a batch at its size, once, and opens the next with the event after', () => {
  const book = new WindowBook(wide)
  expect([1, 2].map(at => join(book, 'k', at))).toEqual([null, null])
  expect(facts(join(book, 'k', 3))).toEqual(['k', '1,2,3', 'size', 1, 3])
  expect([book.count, book.nextDueMs, book.closeDue(1e9)]).toEqual([0, null, null])
  expect(join(book, 'k', 4)).toBeNull()
  expect(book.find('batch', 'k')?.held.map(({ offset }) => offset)).toEqual([4])
})

test('closes a batch of one with its event, by size', () => {
  const one = ruleOf('one', { trigger_mode: 'batch', batch_size: 1, max_wait_seconds: 10 })
  const book = new WindowBook(wide)
  expect(facts(join(book, 'k', 5, { rule: one }))).toEqual(['k', '5', 'size', 5, 5])
  expect(book.count).toBe(0)
})

test('closes at the due time and not before, as of that time, and only once', () => {
  const book = new WindowBook(wide)
  join(book, 'k', 1)
  join(book, 'k', 9000)
  expect(book.closeDue(10_000)).toBeNull()
  expect(facts(book.closeDue(99_999))).toEqual(['k', '1,9000', 'time', 1, 10_001])
  expect(book.closeDue(99_999)).toBeNull()
})

test('closes what is due together in the order of first offsets', () => {
  const book = new WindowBook(wide)
  for (const [key, offset] of [
    ['c', 7],
    ['a', 9],
    ['b', 8],
  ] as const) {
    join(book, key, 0, { offset })
  }
  join(book, 'd', 1, { offset: 1 })
  expect(book.nextDueMs).toBe(10_000)
  const closed = [0, 1, 2, 3].map(() => book.closeDue(20_000)?.key)
  expect(closed).toEqual(['c', 'b', 'a', 'd'])
})

test('closes an interval by tick', () => {
  const book = new WindowBook(wide)
  join(book, 'k', 5, { rule: interval })
  expect(book.closeDue(book.nextDueMs ?? 0)?.closedBy).toBe('tick')
})

test('closes a window without a size of its own early when its decision would grow too large', () => {
  const book = new WindowBook(wide)
  const closed = Array.from({ length: WINDOW_EVENTS_MAX }, (_, at) => join(book, 'k', at, { rule: interval }))
  expect(closed.slice(0, -1).every(window => window === null)).toBe(true)
  expect(closed.at(-1)).toMatchObject({ closedBy: 'pressure', openedAtMs: 0, closedAtMs: 999 })
  expect(closed.at(-1)?.held).toHaveLength(WINDOW_EVENTS_MAX)
  expect([book.count, join(book, 'k', 1000, { rule: interval })]).toEqual([0, null])
})

test('closes an event of a rule without windows at once, apart from any open window', () => {
  const book = new WindowBook(wide)
  expect(facts(join(book, 'k', 5, { rule: realtime }))).toEqual(['k', '5', 'event', 5, 5])
  expect(facts(join(book, 'k', 6, { rule: ruleOf('t', null) }))).toEqual(['k', '6', 'event', 6, 6])
  expect([book.count, book.nextDueMs]).toEqual([0, null])
})

test('keeps rules and keys apart', () => {
  const book = new WindowBook(wide)
  join(book, 'k', 1)
  join(book, 'l', 2)
  join(book, 'k', 3, { rule: interval })
  expect(book.count).toBe(3)
  expect([book.countOf('batch'), book.countOf('interval'), book.countOf('realtime')]).toEqual([2, 1, 0])
  expect(book.find('batch', 'm')).toBeUndefined()
})

test('keeps the version of the rule that a window opened with', () => {
  const book = new WindowBook(wide)
  const newer = ruleOf('batch', { trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 1 })
  join(book, 'k', 1)
  expect(join(book, 'k', 2, { rule: newer })).toBeNull()
  expect(book.nextDueMs).toBe(10_001)
  expect(join(book, 'k', 3, { rule: newer })?.rule).toBe(batch)
})

/** Five windows a..e of one, two, one, one and one events. */
function fiveWindows(maxima: { windowsMax: number; eventsMax: number; bytesMax: number }): WindowBook {
  const book = new WindowBook(maxima)
  for (const [at, key] of Array.from('abbcde').entries()) join(book, key, at)
  return book
}

test.each([
  ['windows', { ...wide, windowsMax: 6 }, 'ab'],
  ['windows, an odd maximum', { ...wide, windowsMax: 5 }, 'abc'],
  ['events', { ...wide, eventsMax: 8 }, 'ab'],
  ['bytes', { ...wide, bytesMax: 600 }, 'ab'],
  ['nothing: one all the same', wide, 'a'],
  ['everything', { ...wide, windowsMax: 1 }, 'abcde'],
])('closes the oldest windows until half is free of %s', (_, maxima, expected) => {
  const book = fiveWindows(maxima)
  const closed = [...book.closeOldest(50)]
  expect(closed.map(({ key }) => key).join('')).toBe(expected)
  expect(new Set(closed.map(({ closedBy }) => closedBy))).toEqual(new Set(['pressure']))
  expect(closed.map(({ closedAtMs }) => closedAtMs)).toEqual(closed.map(() => 50))
  expect(book.count).toBe(5 - expected.length)
})

test('closes nothing of nothing', () => {
  expect([...new WindowBook(wide).closeOldest(0)]).toEqual([])
})

test('counts what is closed in any way as free', () => {
  const book = new WindowBook({ ...wide, eventsMax: 6 })
  for (const at of [1, 2, 3]) join(book, 'size', at)
  join(book, 'time', 4)
  join(book, 'late', 9000)
  join(book, 'later', 9001)
  book.closeDue(15_000)
  join(book, 'last', 9002)
  // Three events are left of a maximum of six: only the one that must go does.
  expect([...book.closeOldest(15_000)].map(({ key }) => key)).toEqual(['late'])
})

test('stays right after thousands of windows that closed by size', () => {
  const book = new WindowBook(wide)
  join(book, 'slow', 0)
  const pair = ruleOf('pair', { trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 5 })
  for (let n = 1; n <= 10_000; n++) {
    expect(join(book, `k${n % 7}`, n, { rule: pair }) === null).toBe(n % 14 > 0 && n % 14 <= 7)
    expect(book.nextDueMs).toBeLessThanOrEqual(10_000)
  }
  join(book, 'young', 10_001, { rule: pair })
  const due = Array.from({ length: book.count }, () => book.closeDue(1e9))
  expect(due.map(window => window?.key)).toContain('slow')
  expect(due.map(window => window?.closedAtMs)).toEqual(
    due.map(window => window?.closedAtMs ?? 0).toSorted((a, b) => a - b),
  )
  expect([book.count, book.nextDueMs, book.closeDue(1e9)]).toEqual([0, null, null])
})

test('names the mode of a rule', () => {
  expect([batch, interval, realtime, ruleOf('t', null)].map(modeOf)).toEqual([
    'batch',
    'interval',
    'realtime',
    'traditional',
  ])
})
