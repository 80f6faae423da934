import { expect, test } from 'vitest'
import { Timeline, TIMELINE_BUCKETS_MAX } from '../../../../pipeline/backtest/tally/timeline.ts'

const START_MS = Date.parse('2026-11-20T10:00:00.400Z')

test('begins with buckets of one second, at the second of what comes first', () => {
  const timeline = new Timeline()
  expect(timeline.axis).toBeNull()
  expect([0, 599, 600, 9_000].map(ms => timeline.at(START_MS + ms))).toEqual([0, 0, 1, 9])
  expect(timeline.axis).toEqual({ startMs: Date.parse('2026-11-20T10:00:00Z'), bucketSeconds: 1 })
  expect(timeline.listOf(timeline.open())).toHaveLength(10)
})

test('counts a moment before the first one to the first bucket', () => {
  const timeline = new Timeline()
  timeline.at(START_MS)
  expect(timeline.at(START_MS - 5_000)).toBe(0)
})

test('makes one of two buckets when there are too many, in every series, and loses nothing', () => {
  const timeline = new Timeline()
  const [one, other] = [timeline.open(), timeline.open()]
  for (let second = 0; second < 3 * TIMELINE_BUCKETS_MAX; second++) {
    const bucket = timeline.at(START_MS + second * 1000)
    one[bucket] = (one[bucket] ?? 0) + 1
    if (second % 3 === 0) other[bucket] = (other[bucket] ?? 0) + 1
  }
  expect(timeline.axis?.bucketSeconds).toBe(4)
  const counts = timeline.listOf(one)
  expect(counts).toEqual(Array.from({ length: (3 * TIMELINE_BUCKETS_MAX) / 4 }, () => 4))
  expect(timeline.listOf(other).reduce((sum, count) => sum + count, 0)).toBe(TIMELINE_BUCKETS_MAX)
})

test('spans years after a moment of silence', () => {
  const timeline = new Timeline()
  const series = timeline.open()
  series[timeline.at(START_MS)] = 7
  const bucket = timeline.at(START_MS + 10 * 365 * 86_400_000)
  expect(bucket).toBeLessThan(TIMELINE_BUCKETS_MAX)
  expect(timeline.listOf(series)).toHaveLength(bucket + 1)
  expect(timeline.listOf(series)[0]).toBe(7)
})
