import type { RecordedRefusal } from './recorded-refusal.ts'

export const otherRefusals: readonly RecordedRefusal[] = [
  {
    name: 'Moonshot, no money',
    status: 429,
    body: { error: { message: 'Your account is not active.', type: 'exceeded_current_quota_error' } },
    expected: { code: 'model_out_of_money' },
  },
  {
    name: 'Moonshot, overloaded',
    status: 429,
    body: { error: { message: 'The engine is currently overloaded.', type: 'engine_overloaded_error' } },
    expected: { code: 'model_overloaded' },
  },
  {
    name: 'Together, a rate that is called credit',
    status: 429,
    body: {
      error: { message: 'You have reached the rate limit.', type: 'credit_limit', param: null, code: null },
    },
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'Ollama, no such model',
    status: 404,
    body: { error: { message: 'model "small" not found', type: 'api_error', param: null, code: null } },
    expected: { code: 'model_unreachable' },
  },
  {
    name: 'an error that is text',
    status: 429,
    body: { error: 'too many requests' },
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'details and codes of any shape',
    status: 429,
    body: {
      error: {
        code: { a: 1 },
        type: 7,
        message: ['x'],
        details: [null, 3, { violations: 'x', retryDelay: 5 }],
      },
    },
    expected: { code: 'model_rate_limited' },
  },
  { name: 'a body that is null', status: 403, body: null, expected: { code: 'model_key_rejected' } },
  { name: 'an empty list', status: 500, body: [], expected: { code: 'model_overloaded' } },
  {
    name: 'a redirect',
    status: 302,
    headers: { location: '/elsewhere' },
    body: {},
    expected: { code: 'model_unreachable' },
  },
]
