import { expect, test } from 'vitest'
import { retryDelay } from '../../../operators/judging/retry-delay.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'

const policy = { retriesMax: 3, baseDelayMs: 2000, delayMsMax: 60_000 }

function delay(
  failures: number,
  {
    code = 'model_overloaded',
    retryAfterMs,
    random = 0,
    retriesMax = 3,
    baseDelayMs = 2000,
  }: {
    code?: FailureCode
    retryAfterMs?: number
    random?: number
    retriesMax?: number
    baseDelayMs?: number
  } = {},
): number {
  const error = new PipelineError(code, 'made to fail', retryAfterMs === undefined ? {} : { retryAfterMs })
  return retryDelay(error, failures, { policy: { ...policy, retriesMax, baseDelayMs }, random: () => random })
}

test('doubles with each failure of a round, then waits the longest delay, then begins a new round', () => {
  expect([1, 2, 3, 4, 5, 6].map(n => delay(n))).toEqual([2000, 4000, 8000, 60_000, 2000, 4000])
})

test.each(['model_timeout', 'model_unreachable', 'model_overloaded'] as const)('treats %s alike', code => {
  expect(delay(2, { code })).toBe(4000)
})

test('doubles the delay on a rate limit', () => {
  expect([1, 2, 3].map(n => delay(n, { code: 'model_rate_limited' }))).toEqual([4000, 8000, 16_000])
})

test('caps the delay, also a doubled one', () => {
  expect([5, 6, 7].map(n => delay(n, { retriesMax: 10 }))).toEqual([32_000, 60_000, 60_000])
  expect(delay(5, { retriesMax: 10, code: 'model_rate_limited' })).toBe(60_000)
  expect(delay(20, { retriesMax: 20 })).toBe(60_000)
})

test('waits the longest delay after every failure where there are no retries in a round', () => {
  expect([1, 2, 3].map(n => delay(n, { retriesMax: 0 }))).toEqual([60_000, 60_000, 60_000])
})

test('waits in full as long as the provider asks, also beyond the longest delay, and never less than its own', () => {
  expect(delay(1, { code: 'model_rate_limited', retryAfterMs: 300_000 })).toBe(300_000)
  expect(delay(1, { code: 'model_overloaded', retryAfterMs: 36_000_000 })).toBe(36_000_000)
  expect(delay(1, { code: 'model_rate_limited', retryAfterMs: 60_000 })).toBe(60_000)
  expect(delay(1, { code: 'model_rate_limited', retryAfterMs: 100 })).toBe(4000)
})

test('adds up to a fifth by chance, never less than the delay', () => {
  expect(delay(1, { random: 0.5 })).toBeCloseTo(2200)
  expect(delay(1, { random: 1 })).toBeCloseTo(2400)
  expect(delay(1, { retryAfterMs: 5000, random: 1 })).toBeCloseTo(5400)
})

test.each([
  ['its own delay', { failures: 4 }],
  ['a doubled one', { failures: 3, code: 'model_rate_limited' as const, baseDelayMs: 7400 }],
  ['what the provider asks for', { failures: 1, retryAfterMs: 59_900 }],
  ['as much as the provider may ask for', { failures: 1, retryAfterMs: 60_000 }],
])('lets chance carry %s no further than the longest delay', (_what, { failures, ...options }) => {
  expect(delay(failures, { ...options, random: 1 })).toBe(60_000)
})

test('adds to a wait beyond the longest delay no more than to a delay of its own', () => {
  expect(delay(1, { retryAfterMs: 300_000, random: 1 })).toBeCloseTo(300_400)
  expect(delay(4, { retryAfterMs: 300_000, random: 1 })).toBeCloseTo(312_000)
})

// The originals' vectors: waits of a call that is refused once, twice, three times, and is then admitted.
test.each([
  [2000, [4000, 8000, 16_000]],
  [3000, [6000, 12_000, 24_000]],
])('waits at a limit with a base of %i ms: %o', (baseDelayMs, expected) => {
  const waits = [1, 2, 3].map(n => delay(n, { code: 'model_rate_limited', baseDelayMs }))
  expect(waits).toEqual(expected)
})
