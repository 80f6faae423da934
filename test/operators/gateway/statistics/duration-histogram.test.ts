import { expect, test } from 'vitest'
import { DurationHistogram } from '../../../../operators/gateway/statistics/duration-histogram.ts'

function histogramOf(durations: readonly number[]): DurationHistogram {
  const histogram = new DurationHistogram()
  for (const ms of durations) histogram.add(ms)
  return histogram
}

test('has nothing to say of nothing', () => {
  const histogram = new DurationHistogram()
  expect([histogram.meanMs, histogram.percentileMs(0.95)]).toEqual([null, null])
})

test('has the exact mean, and percentiles that are at most a tenth too high', () => {
  const histogram = histogramOf(Array.from({ length: 1000 }, (_, n) => n + 1))
  expect(histogram.meanMs).toBe(500.5)
  for (const share of [0.01, 0.5, 0.95, 0.99]) {
    const found = histogram.percentileMs(share) ?? 0
    expect(found / (1000 * share)).toBeGreaterThanOrEqual(1)
    expect(found / (1000 * share)).toBeLessThan(1.1)
  }
  expect(histogram.percentileMs(1)).toBe(1000)
})

test('is not led astray by the one that took long', () => {
  const histogram = histogramOf([...Array.from({ length: 99 }, () => 10), 60_000])
  expect(histogram.percentileMs(0.95)).toBeCloseTo(10, 0)
  expect(histogram.percentileMs(1)).toBe(60_000)
})

test('takes durations that are none, and such as are longer than its buckets', () => {
  expect(histogramOf([0, -5, Number.NaN]).percentileMs(1)).toBe(0)
  const days = 3 * 86_400_000
  const histogram = histogramOf([days, 2 * days])
  expect([histogram.meanMs, histogram.percentileMs(0.5)]).toEqual([1.5 * days, 2 * days])
})
