import type { RecordedRefusal } from './recorded-refusal.ts'

const baseUrl = 'https://api.deepseek.com/v1'

function error(message: string, type = 'unknown_error', code = 'invalid_request_error'): unknown {
  return { error: { message, type, param: null, code } }
}

export const deepseekRefusals: readonly RecordedRefusal[] = [
  {
    name: 'DeepSeek, calls at once',
    status: 429,
    baseUrl,
    body: error(
      'Too many requests. Your current concurrency is 26, which exceeds your concurrency limit of 25 based on your remaining balance.',
      'rate_limit_error',
    ),
    expected: { code: 'model_rate_limited', limitHit: 'concurrency' },
  },
  {
    name: 'what DeepSeek serves, at an address that knows other limits',
    status: 429,
    baseUrl: 'https://models.test/v1',
    body: error('Too many requests.', 'rate_limit_error'),
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'DeepSeek, no money',
    status: 402,
    baseUrl,
    body: error('Insufficient Balance'),
    expected: { code: 'model_out_of_money' },
  },
  {
    name: 'DeepSeek, wrong key',
    status: 401,
    baseUrl,
    body: error('Authentication Fails', 'authentication_error'),
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'DeepSeek, wrong parameters',
    status: 422,
    baseUrl,
    body: error('Invalid Parameters', 'invalid_request_error'),
    expected: { code: 'model_request_rejected' },
  },
  {
    name: 'DeepSeek, busy',
    status: 503,
    baseUrl,
    body: error('Service is too busy.', 'service_unavailable_error'),
    expected: { code: 'model_overloaded' },
  },
]
