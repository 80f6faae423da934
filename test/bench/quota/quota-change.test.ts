import { expect, test } from 'vitest'
import { quotaChange, type UseSample } from './quota-change.ts'

const change = { lowMs: 2000, backMs: 6000, windowMs: 1000, whole: 100, low: 40 }

/** A sample each 100 ms of a client at so many requests a second. */
function samplesAt(rateAt: (atMs: number) => number): readonly UseSample[] {
  let requests = 0
  return Array.from({ length: 101 }, (_, n) => {
    const atMs = n * 100
    if (n > 0) requests += rateAt(atMs) / 10
    return { atMs, requests }
  })
}

test('says what was used of the low quota after a window, and when it was reached, and the whole one again', () => {
  const samples = samplesAt(atMs => (atMs <= 2000 ? 100 : atMs <= 2500 ? 0 : atMs <= 7000 ? 40 : 100))
  const { lowShare, lowReachedSeconds, backReachedSeconds } = quotaChange(samples, change)
  expect(lowShare).toBeCloseTo(1)
  expect(lowReachedSeconds).toBeCloseTo(0.5, 1)
  expect(backReachedSeconds).toBeCloseTo(1)
})

test('says so where a quota is never reached', () => {
  const samples = samplesAt(() => 30)
  expect(quotaChange(samples, change)).toMatchObject({ lowReachedSeconds: null, backReachedSeconds: null })
  expect(quotaChange(samples, change).lowShare).toBeCloseTo(0.75)
})

test('counts what fell into a whole window, however late each sample was taken', () => {
  const samples = samplesAt(atMs => (atMs <= 2000 ? 100 : 39))
  // Each is later by a little more than the one before: no two are exactly a window apart.
  const late = samples.map(({ atMs, requests }, n) => ({ atMs: atMs + n / 10, requests }))
  expect(quotaChange(late, { ...change, backMs: 9000 })).toMatchObject({
    lowReachedSeconds: expect.closeTo(0, 1),
  })
})
