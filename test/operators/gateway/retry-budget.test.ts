import { expect, test } from 'vitest'
import { RetryBudget } from '../../../operators/gateway/retry-budget.ts'

const MINUTE_MS = 60_000

function budget() {
  const retries = new RetryBudget()
  return {
    calls(count: number, nowMs: number) {
      for (let n = 0; n < count; n++) retries.called(nowMs)
    },
    /** How many of so many are granted. */
    asks: (count: number, nowMs: number) =>
      Array.from({ length: count }, () => retries.mayRetry(nowMs)).filter(Boolean).length,
  }
}

test('grants a quiet system a few retries, and no more', () => {
  const { asks } = budget()
  expect(asks(50, 0)).toBe(10)
})

test.each([
  [1, 10],
  [9, 10],
  [10, 11],
  [19, 11],
  [1000, 110],
])('grants a tenth of %i calls besides', (calls, expected) => {
  const bench = budget()
  bench.calls(calls, 0)
  expect(bench.asks(500, 0)).toBe(expected)
})

test('counts what it granted, and not what it refused', () => {
  const { calls, asks } = budget()
  calls(1000, 0)
  expect([asks(60, 0), asks(60, 1000), asks(60, 2000)]).toEqual([60, 50, 0])
  calls(20, 3000)
  expect(asks(60, 3000)).toBe(2)
})

test('forgets calls and retries with their span', () => {
  const { calls, asks } = budget()
  calls(1000, 0)
  expect(asks(200, 4 * MINUTE_MS)).toBe(110)
  expect(asks(200, 5 * MINUTE_MS)).toBe(0)
  expect(asks(200, 9 * MINUTE_MS)).toBe(10)
})
