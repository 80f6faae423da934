import { expect, test } from 'vitest'
import { providers } from '../../../../pipeline/simulator/providers/providers.ts'
import type { LimitReading } from '../../../../pipeline/simulator/create-admission.ts'
import type { Trouble } from '../../../../pipeline/simulator/providers/provider.ts'

type Name = keyof typeof providers

const requests: Trouble = { kind: 'limit', limit: 'requests', most: 600, waitMs: 2500, model: 'm' }
const inputTokens: Trouble = { ...requests, limit: 'input_tokens', most: 40_000 }
const untold: Trouble = { ...requests, waitMs: undefined }
const overload503: Trouble = { kind: 'fault', status: 503, code: null }
const overload529: Trouble = { kind: 'fault', status: 529, code: null }
const money: Trouble = { kind: 'money' }
const key: Trouble = { kind: 'key' }

const openai = (type: string, code: string | null) => ({ error: { type, code, param: null } })
const anthropic = (type: string) => ({ type: 'error', error: { type } })
const gemini = (code: number, status: string) => [{ error: { code, status } }]

test.each<[Name, Trouble, number, object]>([
  ['openai', requests, 429, openai('requests', 'rate_limit_exceeded')],
  ['openai', money, 429, openai('insufficient_quota', 'insufficient_quota')],
  ['openai', key, 401, openai('invalid_request_error', 'invalid_api_key')],
  ['openai', overload503, 503, openai('service_unavailable_error', 'server_is_overloaded')],
  ['openai', { kind: 'fault', status: 500, code: null }, 500, openai('server_error', null)],
  ['openai', { kind: 'fault', status: 429, code: 'slow_down' }, 429, openai('slow_down', 'slow_down')],
  ['anthropic', requests, 429, anthropic('rate_limit_error')],
  ['anthropic', money, 402, anthropic('billing_error')],
  ['anthropic', key, 401, anthropic('authentication_error')],
  ['anthropic', overload529, 529, anthropic('overloaded_error')],
  ['anthropic', overload503, 503, anthropic('api_error')],
  ['anthropic', { kind: 'fault', status: 429, code: 'x' }, 429, anthropic('x')],
  ['azure', requests, 429, { error: { code: '429' } }],
  ['azure', money, 403, { statusCode: 403 }],
  ['azure', key, 401, { error: { code: '401' } }],
  ['azure', overload503, 503, { error: { code: '503' } }],
  [
    'azure',
    { kind: 'fault', status: 404, code: 'DeploymentNotFound' },
    404,
    { error: { code: 'DeploymentNotFound' } },
  ],
  ['gemini', requests, 429, gemini(429, 'RESOURCE_EXHAUSTED')],
  ['gemini', money, 429, gemini(429, 'RESOURCE_EXHAUSTED')],
  ['gemini', key, 400, gemini(400, 'INVALID_ARGUMENT')],
  ['gemini', overload503, 503, gemini(503, 'UNAVAILABLE')],
  ['gemini', { kind: 'fault', status: 500, code: 'X' }, 500, gemini(500, 'X')],
  ['deepseek', requests, 429, openai('rate_limit_error', 'invalid_request_error')],
  ['deepseek', money, 402, openai('unknown_error', 'invalid_request_error')],
  ['deepseek', key, 401, openai('authentication_error', 'invalid_request_error')],
  ['deepseek', overload503, 503, openai('service_unavailable_error', 'invalid_request_error')],
  ['deepseek', { kind: 'fault', status: 500, code: 'x' }, 500, openai('server_error', 'x')],
])('%s answers %o with %i', (name, trouble, status, body) => {
  const refusal = providers[name].refuse(trouble)
  expect(refusal.status).toBe(status)
  expect(refusal.body).toMatchObject(body)
})

test.each(['openai', 'anthropic', 'azure', 'gemini', 'deepseek'] as const)(
  '%s says what is wrong with a request',
  name => {
    const { status, body } = providers[name].refuse({ kind: 'request', problem: 'Not a chat completion' })
    expect(status).toBe(400)
    expect(JSON.stringify(body)).toContain('"message":"Not a chat completion"')
  },
)

test.each<[Name, Trouble, string]>([
  ['openai', requests, 'requests per min (RPM): Limit 600. Please try again in 2.5s.'],
  ['openai', inputTokens, 'input tokens per min: Limit 40000. Please try again in 2.5s.'],
  ['anthropic', inputTokens, 'rate limit of 40000 input tokens per minute'],
  ['anthropic', { ...requests, limit: 'concurrency' }, 'concurrent connections'],
  [
    'azure',
    requests,
    'have exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 3 seconds.',
  ],
  ['azure', inputTokens, 'have exceeded token rate limit'],
  ['gemini', requests, '"quotaId":"GenerateRequestsPerMinutePerProjectPerModel","quotaValue":"600"'],
  ['gemini', requests, '"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"3s"'],
  ['gemini', inputTokens, '"quotaId":"GenerateContentInputTokensPerModelPerMinute","quotaValue":"40000"'],
  ['gemini', money, 'limit: 0'],
  ['gemini', key, '"reason":"API_KEY_INVALID"'],
])('%s tells %o by %s', (name, trouble, text) => {
  expect(JSON.stringify(providers[name].refuse(trouble).body)).toContain(text)
})

test.each<[Name, string]>([
  ['openai', 'try again'],
  ['azure', 'retry after'],
  ['gemini', 'retryDelay'],
])('%s keeps the wait to itself where it is not to be told', (name, text) => {
  expect(JSON.stringify(providers[name].refuse(requests).body)).toContain(text)
  expect(JSON.stringify(providers[name].refuse(untold).body)).not.toContain(text)
})

const epochMs = Date.parse('2026-11-20T10:00:00.100Z')
const reading: LimitReading = { name: 'requests', limit: 600, remaining: 12, resetMs: 61_000 }

test.each<[Name, LimitReading, Record<string, string>]>([
  [
    'openai',
    reading,
    {
      'x-ratelimit-limit-requests': '600',
      'x-ratelimit-remaining-requests': '12',
      'x-ratelimit-reset-requests': '1m1s',
    },
  ],
  ['openai', { ...reading, name: 'input_tokens' }, {}],
  [
    'anthropic',
    { ...reading, name: 'output_tokens' },
    {
      'anthropic-ratelimit-output-tokens-limit': '600',
      'anthropic-ratelimit-output-tokens-remaining': '12',
      'anthropic-ratelimit-output-tokens-reset': '2026-11-20T10:01:02Z',
    },
  ],
  ['azure', reading, { 'x-ratelimit-limit-requests': '600', 'x-ratelimit-remaining-requests': '12' }],
  ['azure', { ...reading, name: 'output_tokens' }, {}],
  ['gemini', reading, {}],
  ['deepseek', reading, {}],
])('%s tells in its headers of %o', (name, told, headers) => {
  expect(providers[name].limitHeaders(told, epochMs)).toEqual(headers)
})
