import { expect, test } from 'vitest'
import { readProviderLimits } from '../../../pipeline/openai/read-provider-limits.ts'

const nowMs = Date.parse('2026-11-20T10:00:00Z')

function read(headers: Record<string, string>) {
  return readProviderLimits(new Headers(headers), nowMs)
}

/** The headers of OpenAI's limit of requests. */
function requests(limit: string, remaining?: string, reset?: string) {
  return read({
    'x-ratelimit-limit-requests': limit,
    ...(remaining !== undefined && { 'x-ratelimit-remaining-requests': remaining }),
    ...(reset !== undefined && { 'x-ratelimit-reset-requests': reset }),
  })
}

test('reads both limits of OpenAI', () => {
  const limits = read({
    'x-ratelimit-limit-requests': '500',
    'x-ratelimit-remaining-requests': '499',
    'x-ratelimit-reset-requests': '120ms',
    'x-ratelimit-limit-tokens': '150000',
    'x-ratelimit-remaining-tokens': '149984',
    'x-ratelimit-reset-tokens': '6m0s',
  })
  expect(limits).toEqual({
    requests_per_minute: { limit: 500, remaining: 499, resetMs: 120 },
    tokens_per_minute: { limit: 150_000, remaining: 149_984, resetMs: 360_000 },
  })
})

test('reads the four limits of Anthropic, by its own clock where it tells it', () => {
  const headers = (kind: string, reset: string) => ({
    [`anthropic-ratelimit-${kind}-limit`]: '50',
    [`anthropic-ratelimit-${kind}-remaining`]: '49',
    [`anthropic-ratelimit-${kind}-reset`]: reset,
  })
  const all = {
    ...headers('requests', '2026-11-20T10:00:01Z'),
    ...headers('tokens', '2026-11-20T10:00:02.5Z'),
    ...headers('input-tokens', '2026-11-20T11:00:03+01:00'),
    ...headers('output-tokens', '2026-11-20T10:01:00Z'),
  }
  const limit = (resetMs: number) => ({ limit: 50, remaining: 49, resetMs })
  expect(read(all)).toEqual({
    requests_per_minute: limit(1000),
    tokens_per_minute: limit(2500),
    input_tokens_per_minute: limit(3000),
    output_tokens_per_minute: limit(60_000),
  })
  expect(read({ ...all, date: 'Fri, 20 Nov 2026 09:59:00 GMT' })?.requests_per_minute?.resetMs).toBe(61_000)
})

test.each([
  ['-1', '-1', '-1'],
  ['0', '0', '0'],
  ['many', '1', '1s'],
  ['', '', ''],
  ['1e400', '1', '1s'],
  ['9'.repeat(400), '1', '1s'],
  ['12.5', '1', '1s'],
])('passes over a limit of %s with %s left', (limit, remaining, reset) => {
  expect(requests(limit, remaining, reset)).toBeUndefined()
})

test.each([
  [undefined, undefined, null, null],
  ['0', '0', 0, 0],
  ['-1', '-3', null, null],
  ['11', 'soon', null, null],
  ['x', '1732200000', null, null],
  ['10', '0s', 10, 0],
  ['9', '2026-11-20T09:59:59Z', 9, null],
  ['9', '2026-13-45T99:00:00Z', 9, null],
  ['9', '999999999999h', 9, null],
])('keeps a limit of 10 with %s left until %s', (remaining, reset, left, resetMs) => {
  expect(requests('10', remaining, reset)).toEqual({
    requests_per_minute: { limit: 10, remaining: left, resetMs },
  })
})

test('takes a limit for one of a day only where nothing shorter takes so long to fill', () => {
  expect(Object.keys(requests('200', '150', '1h0m0s') ?? {})).toEqual(['requests_per_minute'])
  expect(Object.keys(requests('200', '150', '1h0m1s') ?? {})).toEqual(['requests_per_day'])
  const tokens = { 'x-ratelimit-limit-tokens': '100000', 'x-ratelimit-reset-tokens': '3h2m' }
  expect(Object.keys(read(tokens) ?? {})).toEqual(['tokens_per_day'])
})

test('says nothing where the headers say nothing', () => {
  expect(read({ 'content-type': 'application/json', 'x-ratelimit-remaining-requests': '3' })).toBeUndefined()
})
