import { expect, test } from 'vitest'
import { awayQuota, type AwayQuotaOptions } from '../../../pipeline/redis/away-quota.ts'
import type { SentPart } from '../../../pipeline/redis/quota-call.ts'
import { noLimits } from '../../support/no-limits.ts'

const LOST_MS = 1_800_000_000_000
const LEASE_MS = 30_000
const small = { tokens: { input: 1, output: 1 }, critical: false }
const unseen = { parts: { minute: [], day: [] }, atMs: LOST_MS, inFlight: 0 }

function setUp({ limits, ...more }: Partial<AwayQuotaOptions>) {
  const quota = awayQuota({
    limits: { ...noLimits, ...limits },
    ...{ minuteMs: 60_000, dayMs: 86_400_000, jitterMs: 1000, leaseMs: LEASE_MS, charge: 'settle' },
    ...{ nowMs: LOST_MS, workers: 4, seen: null, inFlight: 0 },
    ...more,
  })
  const ask = (afterMs = 0, request = small, inFlight = 0) => quota.take(LOST_MS + afterMs, request, inFlight)
  const grants = (fromMs: number, untilMs: number) => {
    let granted = 0
    for (let at = fromMs; at < untilMs; at += 100) if (ask(at).kind === 'granted') granted++
    return granted
  }
  return { quota, ask, grants }
}

test('takes its part of what is left of the windows, and of what leaves them', () => {
  const minute: readonly SentPart[] = [[20_000, 60, 0, 0]]
  const { grants } = setUp({
    limits: { ...noLimits, requests_per_minute: 120 },
    seen: { ...unseen, parts: { minute, day: [] } },
  })
  // 15 of the 60 that are left, and after 41 s of the others.
  expect(grants(0, 41_000)).toBe(15)
  // One in 2.04 s.
  expect(grants(42_000, 62_000)).toBe(10)
})

test('divides what is left of a day', () => {
  const parts = { minute: [], day: [[5000, 900, 0, 0]] } as const
  const { grants } = setUp({ limits: { ...noLimits, requests_per_day: 1000 }, seen: { ...unseen, parts } })
  expect(grants(0, 60_000)).toBe(25)
})

test('takes what it has not seen to be sent at the full pace', () => {
  const limits = { ...noLimits, requests_per_minute: 122, requests_per_day: 10 }
  // 4 requests in two seconds.
  const { quota } = setUp({ limits, seen: { ...unseen, atMs: LOST_MS - 2000 } })
  expect(quota.used(LOST_MS)).toMatchObject({ requests_per_minute: 4, requests_per_day: 4 })
})

test.each([
  // It holds 6 of 16, others 6: one of the 4 free ones is its own.
  [6, 12, 0, 7],
  [6, 12, LEASE_MS, 4],
  [0, 16, 0, 1],
  [0, 0, 0, 4],
])(
  'holding %i places of %i in use it has, after %i ms, %i of 16',
  (inFlight, seenInFlight, afterMs, most) => {
    const { ask } = setUp({
      limits: { ...noLimits, concurrency: 16 },
      seen: { ...unseen, inFlight: seenInFlight },
      inFlight,
    })
    expect(ask(afterMs, small, most - 1)).toMatchObject({ kind: 'granted' })
    expect(ask(afterMs, small, most)).toEqual({ kind: 'wait', waitMs: 250, by: 'concurrency' })
  },
)

test('lets a call wait for Redis that is larger than its part, and never long at a time', () => {
  const { ask } = setUp({ limits: { ...noLimits, tokens_per_minute: 100 } })
  const large = { tokens: { input: 26, output: 0 }, critical: false }
  expect(ask(0, large)).toEqual({ kind: 'wait', waitMs: 250, by: 'tokens_per_minute' })
  expect(ask(0, { ...large, tokens: { input: 25, output: 0 } })).toMatchObject({ kind: 'granted' })
  expect(ask(0)).toEqual({ kind: 'wait', waitMs: 250, by: 'tokens_per_minute' })
})

test('has one request where its part would be none, keeps closed, and follows limits that change', () => {
  const { quota, ask } = setUp({ limits: { ...noLimits, requests_per_minute: 2 } })
  quota.close(LOST_MS + 1000)
  expect(ask(0)).toMatchObject({ kind: 'wait', by: 'closed' })
  expect(ask(1000)).toMatchObject({ kind: 'granted' })
  expect(ask(1000)).toMatchObject({ kind: 'wait', by: 'requests_per_minute' })
  quota.change(LOST_MS + 1000, noLimits)
  expect(ask(1000)).toMatchObject({ kind: 'granted' })
})

test('gives back what a call did not use', () => {
  const { quota, ask } = setUp({ limits: { ...noLimits, tokens_per_minute: 1000 } })
  const answer = ask(0, { tokens: { input: 200, output: 0 }, critical: false })
  if (answer.kind === 'granted') quota.settle(LOST_MS, answer.lease, { input: 50, output: 0 })
  expect(quota.used(LOST_MS).tokens_per_minute).toBe(200)
})
