import { expect, test } from 'vitest'
import { classifyRefusal } from '../../../pipeline/openai/classify-refusal.ts'
import type { FailureCode } from '../../../schemas/failure.ts'

const endpoint = { baseUrl: 'https://models.test/v1', model: 'small' }

interface Case {
  readonly status: number
  readonly code?: unknown
  readonly type?: unknown
  readonly headers?: Record<string, string>
}

function classify({ status, code, type, headers = {} }: Case) {
  return classifyRefusal({ status, code, type, headers: new Headers(headers) }, endpoint, 0)
}

test.each<[Case, FailureCode]>([
  [{ status: 401, code: 'invalid_api_key' }, 'model_key_rejected'],
  [{ status: 400, code: 'invalid_api_key' }, 'model_key_rejected'],
  [{ status: 403, type: 'permission_error' }, 'model_key_rejected'],
  [{ status: 403, headers: { 'retry-after': '750' } }, 'model_rate_limited'],
  [{ status: 402, code: 'invalid_request_error' }, 'model_out_of_money'],
  [{ status: 429, code: 'insufficient_quota', type: 'insufficient_quota' }, 'model_out_of_money'],
  [{ status: 429, code: null, type: 'insufficient_quota' }, 'model_out_of_money'],
  [{ status: 429, code: 'credit_balance_exhausted' }, 'model_out_of_money'],
  [{ status: 429, code: 'billing_hard_limit_reached' }, 'model_out_of_money'],
  [{ status: 429, type: 'credit_limit' }, 'model_rate_limited'],
  [{ status: 429, code: 'slow_down' }, 'model_rate_limited'],
  [{ status: 429 }, 'model_rate_limited'],
  [{ status: 408 }, 'model_timeout'],
  [{ status: 409 }, 'model_overloaded'],
  [{ status: 500 }, 'model_overloaded'],
  [{ status: 502 }, 'model_overloaded'],
  [{ status: 503, code: 'slow_down' }, 'model_overloaded'],
  [{ status: 504 }, 'model_overloaded'],
  [{ status: 529, type: 'overloaded_error' }, 'model_overloaded'],
  [{ status: 500, code: 'insufficient_quota' }, 'model_overloaded'],
  [{ status: 404, code: 'model_not_found' }, 'model_unreachable'],
  [{ status: 404 }, 'model_unreachable'],
  [{ status: 302 }, 'model_unreachable'],
  [{ status: 400, code: 'context_length_exceeded' }, 'model_request_rejected'],
  [{ status: 400, code: 'content_filter' }, 'model_content_filtered'],
  [{ status: 400 }, 'model_request_rejected'],
  [{ status: 413 }, 'model_request_rejected'],
  [{ status: 422 }, 'model_request_rejected'],
])('classifies %o as %s', (refusal, code) => {
  expect(classify(refusal).code).toBe(code)
})

test('hands on how long to wait, in full', () => {
  expect(classify({ status: 429, headers: { 'retry-after': '300' } }).retryAfterMs).toBe(300_000)
  expect(classify({ status: 503, headers: { 'retry-after': '20' } }).retryAfterMs).toBe(20_000)
  expect(classify({ status: 429 }).retryAfterMs).toBeUndefined()
})

test('names the address, the model and the code, and nothing else that the provider wrote', () => {
  const { message } = classify({ status: 404, code: 'model_not_found', type: 'x\u001B[31m' })
  expect(message).toBe(
    'https://models.test/v1 answered 404 (model_not_found) for model small; check base_url and model',
  )
  expect(classify({ status: 400, code: 'x\u001B[31m' }).message).not.toContain('\u001B')
})
