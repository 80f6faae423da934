import { describe, expect, test } from 'vitest'
import { LimitLearner, type QuotaRefusal } from '../../../../operators/gateway/learning/limit-learner.ts'
import type { QuotaLimits, QuotaUse } from '../../../../operators/gateway/quota.ts'
import { modelLimitsSchema } from '../../../../schemas/model-limits.ts'
import { useOf } from './use-of.ts'
import { noLimits } from '../../../support/no-limits.ts'

const T = 1_763_632_800_000
const MINUTE_MS = 60_000

function learnerOf(configured: Partial<QuotaLimits>) {
  return new LimitLearner({ configured: { ...noLimits, ...configured }, jitterMs: 0 })
}

interface Burst {
  readonly atMs: number
  readonly used: Partial<QuotaUse>
  /** What is used when a call gets through. */
  readonly usedThen?: Partial<QuotaUse>
  readonly holdMs?: number
  readonly said?: Omit<QuotaRefusal, 'nowMs'> | undefined
}

/** A call that is refused, and after a hold one that is not. */
function refuse(learner: LimitLearner, { atMs, used, usedThen = used, holdMs = 1100, said = {} }: Burst) {
  const first = learner.started(atMs, useOf(used))
  learner.refused(first, { nowMs: atMs, ...said })
  learner.accepted(learner.started(atMs + holdMs, useOf(usedThen)), atMs + holdMs)
}

test('holds to what is configured as long as nothing is refused', () => {
  const learner = learnerOf({ requests_per_minute: 600 })
  const { limits } = learner
  for (let call = 0; call < 1000; call++)
    learner.accepted(learner.started(T + call, useOf({ requests_per_minute: call })), T + call)
  expect(learner.limits).toBe(limits)
  expect(learner.limits).toEqual({ ...noLimits, requests_per_minute: 600 })
  expect(learner.closedMs(T + 1000)).toBe(0)
})

describe('a refusal', () => {
  test('closes for as long as the provider says, 300 s, and then for all but one call', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    const call = learner.started(T, useOf({ requests_per_minute: 100 }))
    learner.refused(call, { nowMs: T + 50, retryAfterMs: 300_000 })
    expect(learner.closedMs(T + 50)).toBe(300_000)
    const canary = learner.started(T + 300_050, useOf({ requests_per_minute: 1 }))
    expect(learner.closedMs(T + 300_050)).toBeGreaterThan(0)
    learner.accepted(canary, T + 300_500)
    expect(learner.closedMs(T + 300_500)).toBe(0)
    expect(learner.limits.requests_per_minute).toBe(558)
  })

  test.each<[string, Partial<QuotaLimits>, Partial<QuotaUse>, Burst['said'], Partial<QuotaLimits>]>([
    [
      'that the provider names',
      { requests_per_minute: 600, tokens_per_minute: 10_000 },
      { requests_per_minute: 590, tokens_per_minute: 5000 },
      { limitHit: 'tokens_per_minute' },
      { requests_per_minute: 600, tokens_per_minute: 7000 },
    ],
    [
      'of which the most is used, where none is named',
      { requests_per_minute: 600, tokens_per_minute: 10_000 },
      { requests_per_minute: 400, tokens_per_minute: 9000 },
      {},
      { requests_per_minute: 600, tokens_per_minute: 9000 },
    ],
    [
      'on requests, where none is named and places were free',
      { requests_per_minute: 600, concurrency: 32 },
      { requests_per_minute: 250, concurrency: 31 },
      {},
      { requests_per_minute: 420, concurrency: 32 },
    ],
    [
      'on calls at once, where none is named and all places were taken',
      { requests_per_minute: 600, concurrency: 32 },
      { requests_per_minute: 250, concurrency: 32 },
      {},
      { requests_per_minute: 600, concurrency: 31 },
    ],
    [
      'on output, apart from that on input',
      { input_tokens_per_minute: 10_000, output_tokens_per_minute: 1000 },
      { requests_per_minute: 10, input_tokens_per_minute: 5000, output_tokens_per_minute: 960 },
      {},
      { input_tokens_per_minute: 10_000, output_tokens_per_minute: 930 },
    ],
    [
      'on requests, where none is configured',
      {},
      { requests_per_minute: 100, tokens_per_minute: 500 },
      {},
      { requests_per_minute: 93 },
    ],
    [
      'on calls at once',
      { concurrency: 100 },
      { requests_per_minute: 400, concurrency: 65 },
      { limitHit: 'concurrency' },
      { concurrency: 64 },
    ],
  ])('lowers the limit %s', (_, configured, used, said, expected) => {
    const learner = learnerOf(configured)
    learner.started(T - 10 * MINUTE_MS, useOf({}))
    refuse(learner, { atMs: T, used, said })
    expect(learner.limits).toEqual({ ...noLimits, ...expected })
  })

  test.each(['requests_per_day', 'tokens_per_day'] as const)('for %s teaches nothing', limitHit => {
    const learner = learnerOf({ [limitHit]: 1000 })
    refuse(learner, { atMs: T, used: { [limitHit]: 900 }, said: { limitHit } })
    expect(learner.limits[limitHit]).toBe(1000)
  })

  test('teaches what the window held, without the calls that were refused', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    refuse(learner, {
      atMs: T,
      used: { requests_per_minute: 590 },
      usedThen: { requests_per_minute: 241 },
      holdMs: 36_000,
      said: { retryAfterMs: 35_000 },
    })
    expect(learner.limits.requests_per_minute).toBe(240)
    expect(learner.evidence.requests_per_minute).toEqual({
      configured: 600,
      learned: { limit: 240, sinceMs: T + 36_000, why: 'window' },
      usedByOthers: 0,
    })
  })

  test('counts what a quota charges of its own window for the part that is the provider’s', () => {
    const configured = { ...noLimits, requests_per_minute: 600 }
    const learner = new LimitLearner({ configured, jitterMs: 15_000 })
    refuse(learner, {
      atMs: T,
      used: { requests_per_minute: 500 },
      usedThen: { requests_per_minute: 301 },
      holdMs: 36_000,
      said: { retryAfterMs: 35_000 },
    })
    expect(learner.limits.requests_per_minute).toBe(240)
  })

  test.each([
    [10_000, 79, 480],
    [10_000, 10, 390],
    [120_000, 10, 390],
    [120_001, 10, 480],
  ])(
    'teaches, %i ms after another, by the calls that were accepted between, %i',
    (apartMs, calls, expected) => {
      const learner = learnerOf({ requests_per_minute: 600 })
      learner.started(T - 10 * MINUTE_MS, useOf({}))
      refuse(learner, { atMs: T, used: { requests_per_minute: 590 } })
      expect(learner.limits.requests_per_minute).toBe(558)
      const used = { requests_per_minute: 481 }
      // One was the canary.
      for (let call = 1; call < calls + 1; call++) learner.started(T + 2000, useOf({}))
      refuse(learner, { atMs: T + apartMs, used: { requests_per_minute: 470 }, usedThen: used })
      expect(learner.limits.requests_per_minute).toBe(expected)
    },
  )

  test('teaches nothing in a second burst from calls that were sent before the first one was over', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    const used = { requests_per_minute: 590 }
    const late = learner.started(T - 1, useOf(used))
    refuse(learner, { atMs: T, used })
    const { limits } = learner
    learner.refused(late, { nowMs: T + 2000 })
    expect(learner.closedMs(T + 2000)).toBe(0)
    expect(learner.limits).toBe(limits)
  })

  test('teaches no limit below the largest request', () => {
    const learner = learnerOf({ tokens_per_minute: 10_000 })
    learner.asked({ input: 8000, output: 500 })
    learner.asked({ input: 20, output: 20 })
    for (let minute = 0; minute < 20; minute++)
      refuse(learner, {
        atMs: T + minute * MINUTE_MS,
        used: { requests_per_minute: 1, tokens_per_minute: 100 },
        said: { limitHit: 'tokens_per_minute' },
      })
    expect(learner.limits.tokens_per_minute).toBe(8500)
  })
})

test('waits for another canary where one ended without an answer', () => {
  const learner = learnerOf({ requests_per_minute: 600 })
  const use = useOf({ requests_per_minute: 600 })
  learner.refused(learner.started(T, use), { nowMs: T })
  const canary = learner.started(T + 1000, use)
  learner.ended(canary, T + 1200)
  expect(learner.closedMs(T + 1200)).toBe(1000)
  learner.started(T + 2200, use)
  learner.started(T + 3200, use)
  expect(learner.closedMs(T + 3200)).toBe(0)
  expect(learner.limits.requests_per_minute).toBe(558)
})

describe('headers', () => {
  function told(limit: number, remaining: number) {
    return { requests_per_minute: { limit, remaining, resetMs: null } }
  }

  test('of any answer are held to', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    const call = learner.started(T, useOf({ requests_per_minute: 1 }))
    learner.accepted(call, T + 1000, told(240, 239))
    expect(learner.limits.requests_per_minute).toBe(240)
    const other = learner.started(T + 2000, useOf({ requests_per_minute: 2 }))
    learner.refused(other, { nowMs: T + 2000, limits: told(120, 0) })
    expect(learner.limits.requests_per_minute).toBe(120)
  })

  test('of a day are held to, and nothing is tried above', () => {
    const learner = learnerOf({ requests_per_day: 10_000 })
    const call = learner.started(T, useOf({ requests_per_day: 1 }))
    learner.accepted(call, T, { requests_per_day: { limit: 1000, remaining: 999, resetMs: null } })
    for (let minute = 0; minute < 60; minute++)
      learner.started(T + minute * MINUTE_MS, useOf({ requests_per_day: 999 }))
    expect(learner.limits.requests_per_day).toBe(1000)
  })

  test('say what others use', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    const call = learner.started(T, useOf({ requests_per_minute: 100 }))
    learner.accepted(call, T + 1000, told(600, 300))
    expect(learner.limits.requests_per_minute).toBe(400)
    expect(learner.evidence.requests_per_minute).toEqual({
      configured: 600,
      learned: null,
      usedByOthers: 200,
    })
  })
})

test('takes other limits that are configured while it runs', () => {
  const learner = learnerOf({ requests_per_minute: 600 })
  refuse(learner, { atMs: T, used: { requests_per_minute: 600 } })
  learner.configure({ ...noLimits, requests_per_minute: 1000, concurrency: 8 })
  expect(learner.limits).toEqual({ ...noLimits, requests_per_minute: 558, concurrency: 8 })
  learner.configure({ ...noLimits, requests_per_minute: 300 })
  expect(learner.limits).toEqual({ ...noLimits, requests_per_minute: 300 })
})

describe('what is known', () => {
  test('is kept, and held to by the next process', () => {
    const learner = learnerOf({ requests_per_minute: 600, concurrency: 8 })
    refuse(learner, { atMs: T, used: { requests_per_minute: 600 } })
    const kept = modelLimitsSchema.parse(JSON.parse(JSON.stringify(learner.snapshot(T + 5000))))
    expect(kept).toEqual({
      at: '2025-11-20T10:00:05.000Z',
      limits: {
        requests_per_minute: {
          configured: 600,
          learned: 558,
          since: '2025-11-20T10:00:01.100Z',
          why: 'refused',
        },
      },
    })
    const next = learnerOf({ requests_per_minute: 600, concurrency: 8 })
    next.restore(kept, T + 3_600_000)
    expect(next.limits).toEqual(learner.limits)
    expect(next.evidence).toEqual(learner.evidence)
  })

  test('is half forgotten after a day and a half', () => {
    const learner = learnerOf({ requests_per_minute: 600 })
    refuse(learner, { atMs: T, used: { requests_per_minute: 600 } })
    const next = learnerOf({ requests_per_minute: 600 })
    next.restore(learner.snapshot(T), T + 1.5 * 86_400_000)
    expect(next.limits.requests_per_minute).toBe(579)
  })
})
