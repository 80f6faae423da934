import { expect, test } from 'vitest'
import { limitHitOf } from '../../../pipeline/openai/limit-hit-of.ts'
import { readRefusal } from '../../../pipeline/openai/read-refusal.ts'
import type { ProviderLimits } from '../../../schemas/quota-limits.ts'

function hit(type: string | null, limits?: ProviderLimits, baseUrl = 'https://models.test/v1') {
  return limitHitOf(readRefusal({ error: { type, code: 'rate_limit_exceeded' } }, 0), limits, baseUrl)
}

function left(remaining: number) {
  return { limit: 100, remaining, resetMs: null }
}

test.each([
  ['requests', 'requests_per_minute'],
  ['tokens', 'tokens_per_minute'],
  ['input_tokens', 'input_tokens_per_minute'],
  ['output_tokens', 'output_tokens_per_minute'],
  ['concurrency', 'concurrency'],
  ['rate_limit_error', undefined],
  [null, undefined],
])('takes a refusal of type %s for one of %s', (type, expected) => {
  expect(hit(type)).toBe(expected)
})

test.each([
  ['requests', { requests_per_day: left(0) }, 'requests_per_day'],
  ['requests', { requests_per_day: left(1) }, 'requests_per_minute'],
  ['tokens', { tokens_per_day: left(0) }, 'tokens_per_day'],
  ['tokens', { requests_per_day: left(0), requests_per_minute: left(0) }, 'tokens_per_minute'],
  [null, { requests_per_minute: left(3), output_tokens_per_minute: left(0) }, 'output_tokens_per_minute'],
  [null, { requests_per_minute: left(3) }, undefined],
])('takes one of type %s with %o for one of %s', (type, limits, expected) => {
  expect(hit(type, limits)).toBe(expected)
})

test('knows the one limit of a provider that names none, unless it names one', () => {
  const baseUrl = 'https://api.deepseek.com/v1'
  expect(hit(null, undefined, baseUrl)).toBe('concurrency')
  expect(hit('requests', undefined, baseUrl)).toBe('requests_per_minute')
})
