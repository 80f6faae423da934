import { expect, test } from 'vitest'
import { createQuota } from '../../../pipeline/simulator/create-quota.ts'
import type { Quota, QuotaOptions } from '../../../pipeline/simulator/create-quota.ts'

/** Asks for one unit every `everyMs`, up to `untilMs`, and returns when it was given. */
function ask(quota: Quota, everyMs: number, untilMs: number): number[] {
  const given: number[] = []
  for (let nowMs = 0; nowMs < untilMs; nowMs += everyMs) {
    if (quota.waitMs(nowMs, 1) > 0) continue
    quota.charge(nowMs, 1)
    given.push(nowMs)
  }
  return given
}

function mostInSpan(times: readonly number[], spanMs: number): number {
  return Math.max(...times.map(start => times.filter(time => time >= start && time - start < spanMs).length))
}

test.each([
  ['fixed', 60, 120],
  ['sliding', 60, 60],
  ['bucket', 60, 120],
] as const)('a %s quota is used up whole and never exceeded', (kind, perSpan, mostMax) => {
  const given = ask(createQuota({ kind, limit: perSpan, spanMs: 1000 }), 5, 10_000)
  expect(given.length).toBeGreaterThanOrEqual(10 * perSpan - 1)
  expect(mostInSpan(given, 1000)).toBeLessThanOrEqual(mostMax)
})

test.each<[QuotaOptions['kind'], number]>([
  ['fixed', 550],
  ['sliding', 850],
  ['bucket', 100],
])('a %s quota says exactly when one more fits', (kind, waitMs) => {
  const quota = createQuota({ kind, limit: 10, spanMs: 1000 })
  quota.charge(300, 5)
  quota.charge(450, 5)
  // The bucket has got back 1.5 of its 10 since; take that too, so that all three are empty.
  quota.charge(450, kind === 'bucket' ? quota.left(450) : 0)
  expect(quota.waitMs(450, 1)).toBeCloseTo(waitMs)
  expect(quota.waitMs(450 + waitMs - 1, 1)).toBeGreaterThan(0)
  expect(quota.waitMs(450 + waitMs, 1)).toBeCloseTo(0)
})

test('a sliding quota that counts refusals stays empty while it is asked', () => {
  const quota = createQuota({ kind: 'sliding', limit: 10, spanMs: 1000 })
  for (let nowMs = 0; nowMs < 5000; nowMs += 10) quota.charge(nowMs, 1)
  expect(quota.left(4990)).toBe(10 - 100)
})

test.each(['fixed', 'sliding'] as const)('a %s quota keeps what was used when its limit changes', kind => {
  const quota = createQuota({ kind, limit: 10, spanMs: 1000 })
  quota.charge(0, 8)
  quota.change(4, 500)
  expect(quota.limit).toBe(4)
  expect(quota.left(500)).toBe(4 - 8)
  expect(quota.waitMs(500, 1)).toBe(500)
  quota.change(10, 600)
  expect(quota.left(600)).toBe(10 - 8)
  expect(quota.left(1000)).toBe(10)
})

test('a bucket keeps what is in it when its limit changes, and refills at the new rate', () => {
  const quota = createQuota({ kind: 'bucket', limit: 10, spanMs: 1000 })
  quota.charge(0, 9)
  quota.change(5, 200)
  expect(quota.left(200)).toBeCloseTo(1 + 2)
  expect(quota.left(400)).toBeCloseTo(3 + 1)
  quota.change(20, 600)
  expect(quota.left(600)).toBeCloseTo(5)
  expect(quota.left(700)).toBeCloseTo(5 + 2)
  quota.change(4, 700)
  expect(quota.left(700)).toBe(4)
})

test.each(['fixed', 'sliding', 'bucket'] as const)('a %s quota takes a correction, either way', kind => {
  const quota = createQuota({ kind, limit: 10, spanMs: 1000 })
  quota.charge(300.5, 9)
  const before = quota.left(400)
  quota.correct(300.5, -6, 400)
  expect(quota.left(400)).toBeCloseTo(before + 6)
  quota.correct(300.5, 2, 400)
  expect(quota.left(400)).toBeCloseTo(before + 4)
})

test.each(['fixed', 'sliding'] as const)('a %s quota forgets a correction of what has run out', kind => {
  const quota = createQuota({ kind, limit: 10, spanMs: 1000 })
  quota.charge(0, 9)
  quota.charge(1000, 3)
  quota.correct(0, -9, 1100)
  expect(quota.left(1100)).toBe(7)
})

test('a bucket never holds more than its limit after a correction', () => {
  const quota = createQuota({ kind: 'bucket', limit: 10, spanMs: 1000 })
  quota.charge(0, 9)
  quota.correct(0, -9, 900)
  expect(quota.left(900)).toBe(10)
})
