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
