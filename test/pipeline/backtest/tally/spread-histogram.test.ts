import { expect, test } from 'vitest'
import { SpreadHistogram } from '../../../../pipeline/backtest/tally/spread-histogram.ts'

function spreadOf(durationsMs: Iterable<number>) {
  const histogram = new SpreadHistogram()
  for (const durationMs of durationsMs) histogram.add(durationMs)
  return histogram.spread
}

test('is all zeros where there is nothing', () => {
  expect(spreadOf([])).toEqual({ count: 0, mean: 0, p50: 0, p90: 0, p99: 0, max: 0 })
})

test('is exact for small numbers, and counts a part of a millisecond as a whole one', () => {
  expect(spreadOf([0, 1, 1, 2, 62.5])).toEqual({ count: 5, mean: 13.4, p50: 1, p90: 63, p99: 63, max: 63 })
})

test('gives quantiles as upper bounds within 5 %, over nine orders of magnitude', () => {
  const durationsMs = Array.from({ length: 20_000 }, (_, n) => Math.floor(1.001 ** n))
    .filter(ms => ms < 2 ** 31)
    .sort((one, other) => one - other)
  const spread = spreadOf(durationsMs)
  for (const [share, bound] of [
    [0.5, spread.p50],
    [0.9, spread.p90],
    [0.99, spread.p99],
  ] as const) {
    const exact = durationsMs[Math.ceil(durationsMs.length * share) - 1] ?? NaN
    expect(bound).toBeGreaterThanOrEqual(exact)
    expect(bound).toBeLessThanOrEqual(exact * 1.05)
  }
})

test('puts all that is longer than 24 days into its last bucket, which ends at the longest', () => {
  const years = 3 * 365 * 86_400_000
  expect(spreadOf([1, 2 ** 31 + 5, years])).toMatchObject({ p50: years, p99: years, max: years })
})
