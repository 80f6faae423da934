import { expect, test } from 'vitest'
import { CALLS_MAX } from '../../../operators/gateway/limits/call-places.ts'
import { OwnCalls } from '../../../pipeline/redis/own-calls.ts'
import { SentBook } from '../../../pipeline/redis/sent-book.ts'

const START_MS = 1_800_000_000_000
const windows = { minuteMs: 60_000, dayMs: 86_400_000, jitterMs: 1000 }
const tokens = { input: 10, output: 5 }

function setUp(charge: 'estimate' | 'settle' = 'settle') {
  return new OwnCalls({ ...windows, leaseMs: 1000, charge })
}

test('remembers 62 cells of each window at most, and no call that is older than both', () => {
  const book = new SentBook(windows)
  for (let ms = 0; ms < 200_000; ms += 50) {
    book.add(START_MS + ms, { atMs: START_MS + ms, tokens, requests: 1 })
    expect(book.held(START_MS + ms).minute.length).toBeLessThanOrEqual(62)
  }
  const { minute, day } = book.held(START_MS + 200_000)
  const requests = (parts: typeof minute) => parts.reduce((sum, [, sent]) => sum + sent, 0)
  expect(requests(minute)).toBeGreaterThanOrEqual(61_000 / 50)
  expect(requests(minute)).toBeLessThanOrEqual(63_100 / 50)
  expect(requests(day)).toBe(4000)
  expect(book.held(START_MS + 200_000 + 3 * windows.dayMs)).toEqual({ minute: [], day: [] })
})

test('tells what was granted without Redis, and all where Redis has lost it', () => {
  const own = setUp()
  own.open('known', { atMs: START_MS, tokens, away: null })
  own.open('unknown', { atMs: START_MS, tokens, away: '1' })
  const { away, own: all, leases } = own.report(START_MS + 500)
  expect([away.day[0]?.slice(1), all.day[0]?.slice(1)]).toEqual([
    [1, 10, 5],
    [2, 20, 10],
  ])
  expect(leases).toEqual([
    ['known', 500, 10, 5],
    ['unknown', 500, 10, 5],
  ])
  own.told()
  expect(own.report(START_MS + 500).away.day).toEqual([])
  expect(own.close(START_MS + 500, 'unknown', null)).toMatchObject({ away: null })
})

test.each([
  ['settle', [1, 4, 5]],
  ['estimate', [1, 10, 5]],
] as const)('charged by %s, corrects what a call did not use', (charge, charged) => {
  const own = setUp(charge)
  own.open('a', { atMs: START_MS, tokens, away: '1' })
  own.close(START_MS + 100, 'a', { input: 4, output: 5 })
  const { away, own: all } = own.report(START_MS + 100)
  expect([away.minute[0]?.slice(1), all.minute[0]?.slice(1)]).toEqual([charged, charged])
  expect(own.close(START_MS + 100, 'a', null)).toBeUndefined()
})

test('forgets a call when its lease has ended', () => {
  const own = setUp()
  own.open('a', { atMs: START_MS, tokens, away: null })
  expect(own.inFlight(START_MS + 999)).toBe(1)
  expect(own.inFlight(START_MS + 1000)).toBe(0)
})

test('keeps ends until Redis was told, those since the report too, and not more than there can be calls', () => {
  const own = setUp()
  own.keep(['a'])
  expect(own.report(START_MS).ended).toEqual([['a']])
  own.keep(['b'])
  expect(own.told()).toEqual([['b']])
  for (let n = 0; n <= CALLS_MAX; n++) own.keep([`${n}`])
  expect(own.report(START_MS).ended).toHaveLength(CALLS_MAX)
})
