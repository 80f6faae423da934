import { expect, test } from 'vitest'
import { RecentCount } from '../../../operators/gateway/recent-count.ts'

test('forgets each cell after the span, the first at time 0 as well', () => {
  const count = new RecentCount(30_000)
  expect(count.at(0)).toBe(0)
  count.add(0)
  count.add(999)
  count.add(1000)
  expect([29_999, 30_000, 30_999, 31_000].map(nowMs => count.at(nowMs))).toEqual([3, 1, 1, 0])
})

test('forgets everything after a long silence, and when it is told to', () => {
  const count = new RecentCount(30_000)
  for (let n = 0; n < 1000; n++) count.add(5000 + n * 25)
  expect(count.at(30_000)).toBe(1000)
  expect(count.at(1e12)).toBe(0)
  count.add(1e12)
  count.clear()
  expect(count.at(1e12)).toBe(0)
  count.add(1e12)
  expect([count.at(1e12), count.at(1e12 + 30_000)]).toEqual([1, 0])
})

test('takes a time that goes back for the last one', () => {
  const count = new RecentCount(30_000)
  count.add(60_000)
  count.add(10_000)
  expect([count.at(10_000), count.at(89_999), count.at(90_000)]).toEqual([2, 2, 0])
})
