import { expect, test } from 'vitest'
import type { ProbeFinding } from '../../../../operators/gateway/probing/probe-limits.ts'
import { suggestLimits } from '../../../../operators/gateway/probing/suggest-limits.ts'
import type { QuotaLimitName } from '../../../../schemas/quota-limits.ts'

const finding: ProbeFinding = {
  calls: 13,
  accepted: 12,
  inFlightMax: 4,
  tookMs: 20_000,
  tokens: { input: 240, output: 12 },
  told: null,
  refusal: null,
}

function refusedFor(limitHit: QuotaLimitName | null, retryAfterMs: number | null): ProbeFinding {
  return { ...finding, refusal: { limitHit, retryAfterMs } }
}

test('takes what the headers say', () => {
  const told = {
    requests_per_minute: { limit: 600, remaining: 599, resetMs: 1 },
    tokens_per_day: { limit: 1_000_000, remaining: null, resetMs: null },
  }
  const { limits, evidence } = suggestLimits({ ...finding, told })
  expect(limits).toEqual({ requests_per_minute: 600, tokens_per_day: 1_000_000 })
  expect(evidence).toContain('headers')
})

test('suggests nothing where nothing was refused', () => {
  const { limits, evidence } = suggestLimits(finding)
  expect(limits).toEqual({})
  expect(evidence).toContain('12 of 13 calls in 20.0 s')
})

test.each<[QuotaLimitName | null, number | null, object]>([
  [null, null, { requests_per_minute: 12 }],
  ['requests_per_minute', null, { requests_per_minute: 12 }],
  ['requests_per_minute', 40_000, { requests_per_minute: 12 }],
  // It refills while it is asked: 36 a minute were accepted.
  ['requests_per_minute', 1000, { requests_per_minute: 25 }],
  ['tokens_per_minute', null, { tokens_per_minute: 252 }],
  ['input_tokens_per_minute', null, { input_tokens_per_minute: 240 }],
  ['output_tokens_per_minute', null, { output_tokens_per_minute: 12 }],
  ['concurrency', 1000, { concurrency: 4 }],
  ['requests_per_day', null, {}],
  ['tokens_per_day', null, {}],
])('suggests after a refusal for %s with a wait of %s: %j', (limitHit, retryAfterMs, limits) => {
  expect(suggestLimits(refusedFor(limitHit, retryAfterMs)).limits).toEqual(limits)
})

test('suggests at least one where the first was refused', () => {
  const none = {
    ...refusedFor(null, null),
    calls: 1,
    accepted: 0,
    inFlightMax: 0,
    tokens: { input: 0, output: 0 },
  }
  expect(suggestLimits(none).limits).toEqual({ requests_per_minute: 1 })
  expect(suggestLimits({ ...none, refusal: { limitHit: 'concurrency', retryAfterMs: null } }).limits).toEqual(
    { concurrency: 1 },
  )
})
