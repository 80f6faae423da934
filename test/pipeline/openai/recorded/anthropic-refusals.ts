import type { RecordedRefusal } from './recorded-refusal.ts'

function error(type: string, message: string, details?: unknown): unknown {
  return {
    type: 'error',
    error: { type, message, ...(details !== undefined && { details }) },
    request_id: 'req_1',
  }
}

const limitHeaders = {
  date: 'Fri, 20 Nov 2026 09:59:50 GMT',
  'anthropic-ratelimit-requests-limit': '50',
  'anthropic-ratelimit-requests-remaining': '49',
  'anthropic-ratelimit-requests-reset': '2026-11-20T09:59:52Z',
  'anthropic-ratelimit-input-tokens-limit': '40000',
  'anthropic-ratelimit-input-tokens-remaining': '0',
  'anthropic-ratelimit-input-tokens-reset': '2026-11-20T10:00:50Z',
  'anthropic-ratelimit-output-tokens-limit': '8000',
  'anthropic-ratelimit-output-tokens-remaining': '8000',
  'anthropic-ratelimit-output-tokens-reset': '2026-11-20T09:59:50Z',
}

const limits = {
  requests_per_minute: { limit: 50, remaining: 49, resetMs: 2000 },
  input_tokens_per_minute: { limit: 40_000, remaining: 0, resetMs: 60_000 },
  output_tokens_per_minute: { limit: 8000, remaining: 8000, resetMs: 0 },
}

export const anthropicRefusals: readonly RecordedRefusal[] = [
  {
    name: 'Anthropic, input tokens',
    status: 429,
    headers: { ...limitHeaders, 'retry-after': '42' },
    body: error('rate_limit_error', 'This request would exceed the limit of 40,000 input tokens per minute.'),
    expected: {
      code: 'model_rate_limited',
      retryAfterMs: 42_000,
      limitHit: 'input_tokens_per_minute',
      limits,
    },
  },
  {
    name: 'Anthropic, output tokens',
    status: 429,
    headers: {
      ...limitHeaders,
      'anthropic-ratelimit-input-tokens-remaining': '39000',
      'anthropic-ratelimit-output-tokens-remaining': '0',
    },
    body: error('rate_limit_error', 'This request would exceed the limit of 8,000 output tokens per minute.'),
    expected: { code: 'model_rate_limited', limitHit: 'output_tokens_per_minute' },
  },
  {
    name: 'Anthropic, its OpenAI-compatible endpoint',
    status: 429,
    headers: { 'retry-after': '5' },
    body: {
      error: {
        code: 'rate_limit_error',
        message: 'This request would exceed the rate limit of 20,000 input tokens per minute.',
        type: 'invalid_request_error',
        param: null,
      },
    },
    expected: { code: 'model_rate_limited', retryAfterMs: 5000 },
  },
  {
    name: 'Anthropic, the spend limit',
    status: 429,
    headers: limitHeaders,
    body: error('rate_limit_error', 'You have reached your API usage limits.', {
      error_code: 'enforced_spend_limit_reached',
    }),
    expected: { code: 'model_out_of_money', limits },
  },
  {
    name: 'Anthropic, billing',
    status: 402,
    body: error('billing_error', 'Check your payment details.'),
    expected: { code: 'model_out_of_money' },
  },
  {
    name: 'Anthropic, overloaded',
    status: 529,
    body: error('overloaded_error', 'Overloaded'),
    expected: { code: 'model_overloaded' },
  },
  {
    name: 'Anthropic, an error of its own',
    status: 500,
    body: error('api_error', 'Internal server error'),
    expected: { code: 'model_overloaded' },
  },
  {
    name: 'a gateway that sends its overload as a limit',
    status: 429,
    body: error('overloaded_error', 'Overloaded'),
    expected: { code: 'model_overloaded' },
  },
  {
    name: 'Anthropic, wrong key',
    status: 401,
    body: error('authentication_error', 'invalid x-api-key'),
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Anthropic, no permission',
    status: 403,
    body: error('permission_error', 'Your API key has no permission to use the resource.'),
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Anthropic, a wrong request',
    status: 400,
    body: error('invalid_request_error', 'max_tokens: must be greater than or equal to 1'),
    expected: { code: 'model_request_rejected' },
  },
  {
    name: 'Anthropic, too large',
    status: 413,
    body: error('request_too_large', 'Request exceeds the maximum size'),
    expected: { code: 'model_request_rejected' },
  },
]
