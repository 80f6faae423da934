import { expect, test } from 'vitest'
import { type SeenIds, seenIds } from '../../../operators/lanes/seen-ids.ts'
import { workOf } from './work-record.ts'

const idsOf = (eventId: string, offset: number) => workOf({ offset, eventId })

function decide(seen: SeenIds, work: ReturnType<typeof workOf>, [arrivedAtMs, judged]: [number, boolean]) {
  seen.decide(work, { eventId: work.event.event_id, arrivedAtMs, decidedAtMs: arrivedAtMs, judged })
}

test('knows a work id that is held and one that is decided', () => {
  const seen = seenIds({ dedupeMs: 0, idsMax: 10 })
  const work = workOf({ offset: 1 })
  expect(seen.isRepeat(work, 0)).toBe(false)
  seen.hold(work, 0)
  expect(seen.isRepeat(work, 0)).toBe(true)
  decide(seen, work, [0, true])
  expect(seen.isRepeat(work, 1e12)).toBe(true)
})

test('knows an event for its rule and key up to dedupeMs after it arrived, and no longer', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 10 })
  seen.hold(idsOf('a', 1), 1000)
  expect(seen.isRepeat(idsOf('a', 2), 1600)).toBe(true)
  expect(seen.isRepeat(idsOf('a', 2), 1601)).toBe(false)
  expect(seen.isRepeat(idsOf('a', 2), 900)).toBe(true)
  expect(seen.isRepeat(idsOf('b', 2), 1000)).toBe(false)
})

test('keeps rules and keys apart, also where they read alike', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 10 })
  seen.hold(workOf({ offset: 1, key: 'ab', eventId: 'c' }), 0)
  for (const [key, eventId] of [
    ['a', 'bc'],
    ['', 'abc'],
    ['abc', ''],
  ]) {
    expect(
      seen.isRepeat(workOf({ offset: 2, ...(key !== undefined && { key }), eventId: eventId ?? '' }), 0),
    ).toBe(false)
  }
  expect(seen.isRepeat(workOf({ offset: 2, key: 'ab', eventId: 'c', ruleId: 'other' }), 0)).toBe(false)
})

test('lets an event that was not judged come again', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 10 })
  seen.hold(idsOf('a', 1), 0)
  decide(seen, idsOf('a', 1), [0, false])
  expect(seen.isRepeat(idsOf('a', 2), 1)).toBe(false)
  expect(seen.isRepeat(idsOf('a', 1), 1)).toBe(true)
})

test('keeps an event that is held a second time when its first window ends undecided', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 10 })
  seen.hold(idsOf('a', 1), 0)
  seen.hold(idsOf('a', 2), 601)
  decide(seen, idsOf('a', 1), [0, false])
  expect(seen.isRepeat(idsOf('a', 3), 602)).toBe(true)
})

test('remembers what a journal tells, the latest arrival of an event', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 10 })
  decide(seen, idsOf('a', 2), [500, true])
  decide(seen, idsOf('a', 1), [0, true])
  expect(seen.isRepeat(idsOf('a', 3), 1100)).toBe(true)
  expect(seen.isRepeat(idsOf('a', 3), 1101)).toBe(false)
})

test('forgets the oldest event past idsMax, and no sooner', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 3 })
  for (const n of [1, 2, 3]) seen.hold(idsOf(`e${n}`, n), n)
  expect([1, 2, 3].map(n => seen.isRepeat(idsOf(`e${n}`, 9), 4))).toEqual([true, true, true])
  seen.hold(idsOf('e4', 4), 4)
  expect([1, 2, 3, 4].map(n => seen.isRepeat(idsOf(`e${n}`, 9), 4))).toEqual([false, true, true, true])
})

test('takes an event that came again after dedupeMs for the youngest, not for the oldest', () => {
  const seen = seenIds({ dedupeMs: 10, idsMax: 2 })
  seen.hold(idsOf('a', 1), 0)
  seen.hold(idsOf('b', 2), 1)
  seen.hold(idsOf('a', 3), 20)
  seen.hold(idsOf('c', 4), 21)
  expect(seen.isRepeat(idsOf('a', 5), 22)).toBe(true)
})

test('forgets the oldest decided work id past idsMax, and never one that is held', () => {
  const seen = seenIds({ dedupeMs: 0, idsMax: 2 })
  const works = [1, 2, 3, 4].map(offset => workOf({ offset }))
  for (const work of works) seen.hold(work, 0)
  for (const work of works.slice(0, 3)) decide(seen, work, [0, true])
  expect(works.map(work => seen.isRepeat(work, 0))).toEqual([false, true, true, true])
})

test('remembers nothing decided at a maximum of zero, and still what is held', () => {
  const seen = seenIds({ dedupeMs: 600, idsMax: 0 })
  const work = idsOf('a', 1)
  seen.hold(work, 0)
  expect(seen.isRepeat(work, 0)).toBe(true)
  decide(seen, work, [0, true])
  expect(seen.isRepeat(work, 0)).toBe(false)
})

const MINUTE_MS = 60_000

test('forgets ids that are too old to count, those that were decided late no sooner than the others', () => {
  const seen = seenIds({ dedupeMs: MINUTE_MS, idsMax: 100_000 })
  const late = idsOf('late', 0)
  seen.hold(late, 0)
  for (let minute = 1; minute <= 60; minute++) {
    const work = idsOf(`e${minute}`, minute)
    seen.hold(work, minute * MINUTE_MS)
    decide(seen, work, [minute * MINUTE_MS, true])
    expect(seen.count).toBeLessThanOrEqual(13)
  }
  decide(seen, late, [0, true])
  const next = (n: number) => {
    seen.hold(idsOf(`e${n}`, n), n * MINUTE_MS)
  }
  next(70)
  expect(seen.isRepeat(late, 70 * MINUTE_MS)).toBe(true)
  expect(seen.isRepeat(idsOf('e60', 60), 70 * MINUTE_MS)).toBe(true)
  expect(seen.isRepeat(idsOf('e59', 59), 70 * MINUTE_MS)).toBe(false)
  next(71)
  expect(seen.isRepeat(late, 71 * MINUTE_MS)).toBe(false)
})

test('knows an event again when append times have gone back by less than ten minutes', () => {
  const seen = seenIds({ dedupeMs: MINUTE_MS, idsMax: 100 })
  seen.hold(idsOf('a', 1), 0)
  seen.hold(idsOf('b', 2), 11 * MINUTE_MS)
  expect(seen.isRepeat(idsOf('a', 3), MINUTE_MS)).toBe(true)
  seen.hold(idsOf('c', 4), 11 * MINUTE_MS + 1)
  expect(seen.isRepeat(idsOf('a', 3), MINUTE_MS)).toBe(false)
})
