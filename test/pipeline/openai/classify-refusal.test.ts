import { expect, test } from 'vitest'
import { classifyRefusal } from '../../../pipeline/openai/classify-refusal.ts'
import type { FailureCode } from '../../../schemas/failure.ts'
import { RECORDED_AT_MS } from './recorded/recorded-refusal.ts'
import { recordedRefusals } from './recorded/recorded-refusals.ts'

const MODELS_URL = 'https://models.test/v1'

interface Case {
  readonly status: number
  readonly code?: unknown
  readonly type?: unknown
  readonly headers?: Record<string, string>
}

function classify({ status, code, type, headers = {} }: Case) {
  const refusal = { status, body: { error: { code, type } }, headers: new Headers(headers) }
  return classifyRefusal(refusal, { baseUrl: MODELS_URL, model: 'small' }, 0)
}

test.each(recordedRefusals.map(refusal => [refusal.name, refusal] as const))(
  'classifies %s',
  (_name, refusal) => {
    const { status, body, headers, baseUrl = MODELS_URL, expected } = refusal
    const read = { status, body, headers: new Headers(headers) }
    const failure = classifyRefusal(read, { baseUrl, model: 'small' }, RECORDED_AT_MS)
    expect(failure).toMatchObject({ code: expected.code, overload: expected.code === 'model_overloaded' })
    expect([failure.retryAfterMs, failure.limitHit]).toEqual([expected.retryAfterMs, expected.limitHit])
    if (expected.limits !== undefined) expect(failure.limits).toEqual(expected.limits)
    else if (headers === undefined) expect(failure.limits).toBeUndefined()
  },
)

test.each<[Case, FailureCode]>([
  [{ status: 400, code: 'invalid_api_key' }, 'model_key_rejected'],
  [{ status: 403, type: 'rate_limit_error' }, 'model_rate_limited'],
  [{ status: 403, code: 'rate_limit_exceeded' }, 'model_rate_limited'],
  [{ status: 403, code: 'RESOURCE_EXHAUSTED' }, 'model_rate_limited'],
  [{ status: 403, code: 'BILLING_DISABLED' }, 'model_out_of_money'],
  [{ status: 429, code: 'billing_not_active' }, 'model_out_of_money'],
  [{ status: 429, code: 'server_is_overloaded' }, 'model_overloaded'],
  [{ status: 403, code: 'model_not_found' }, 'model_unreachable'],
  [{ status: 400, code: 'DeploymentNotFound' }, 'model_unreachable'],
  [{ status: 429, code: null, type: 'insufficient_quota' }, 'model_out_of_money'],
  [{ status: 400, code: 'billing_hard_limit_reached' }, 'model_out_of_money'],
  [{ status: 429 }, 'model_rate_limited'],
  [{ status: 408 }, 'model_timeout'],
  [{ status: 499 }, 'model_timeout'],
  [{ status: 405 }, 'model_unreachable'],
  [{ status: 407 }, 'model_unreachable'],
  [{ status: 409 }, 'model_overloaded'],
  [{ status: 425 }, 'model_overloaded'],
  [{ status: 502 }, 'model_overloaded'],
  [{ status: 503, code: 'slow_down' }, 'model_overloaded'],
  [{ status: 504 }, 'model_overloaded'],
  [{ status: 500, code: 'insufficient_quota' }, 'model_overloaded'],
  [{ status: 404 }, 'model_unreachable'],
  [{ status: 400 }, 'model_request_rejected'],
])('classifies %o as %s', (refusal, code) => {
  expect(classify(refusal).code).toBe(code)
})

test('hands on how long to wait, in full', () => {
  expect(classify({ status: 429, headers: { 'retry-after': '300' } }).retryAfterMs).toBe(300_000)
  expect(classify({ status: 503, headers: { 'retry-after': '20' } }).retryAfterMs).toBe(20_000)
  expect(classify({ status: 429 }).retryAfterMs).toBeUndefined()
})

test('hands on no more than seven days, which no window waits and no timer fails at', () => {
  const seconds = (value: number) =>
    classify({ status: 429, headers: { 'retry-after': `${value}` } }).retryAfterMs
  expect([seconds(604_800), seconds(604_801), seconds(1e15)]).toEqual([604_800_000, 604_800_000, 604_800_000])
})

test('takes the word of a quota that was to be filled at midnight, when it may just be late', () => {
  const body = {
    details: [
      {
        violations: [{ quotaId: 'GenerateRequestsPerDayPerProjectPerModel', quotaValue: '20' }],
        retryDelay: '26s',
      },
    ],
  }
  const waitAt = (time: string) =>
    classifyRefusal(
      { status: 429, body, headers: new Headers() },
      { baseUrl: MODELS_URL, model: 'small' },
      Date.parse(time),
    ).retryAfterMs
  expect(waitAt('2026-11-20T07:59:00Z')).toBe(60_000)
  expect(waitAt('2026-11-20T08:09:59Z')).toBe(26_000)
  expect(waitAt('2026-11-20T08:10:00Z')).toBe(86_400_000 - 600_000)
})

test('names the address, the model and the code, and nothing else that the provider wrote', () => {
  const { message } = classify({ status: 404, code: 'model_not_found', type: 'x\u001B[31m' })
  expect(message).toBe(
    'https://models.test/v1 answered 404 (model_not_found) for model small; check base_url and model',
  )
  expect(classify({ status: 400, code: 'x\u001B[31m' }).message).not.toContain('\u001B')
})
