import type { RecordedRefusal } from './recorded-refusal.ts'

function error(code: string | null, type: string | null, message: string): unknown {
  return { error: { message, type, param: null, code } }
}

const limitHeaders = {
  'x-ratelimit-limit-requests': '500',
  'x-ratelimit-remaining-requests': '0',
  'x-ratelimit-reset-requests': '1m0s',
  'x-ratelimit-limit-tokens': '30000',
  'x-ratelimit-remaining-tokens': '29000',
  'x-ratelimit-reset-tokens': '2s',
}

const limits = {
  requests_per_minute: { limit: 500, remaining: 0, resetMs: 60_000 },
  tokens_per_minute: { limit: 30_000, remaining: 29_000, resetMs: 2000 },
}

export const openaiRefusals: readonly RecordedRefusal[] = [
  {
    name: 'OpenAI, requests of a minute',
    status: 429,
    headers: { ...limitHeaders, 'retry-after': '1', 'retry-after-ms': '120', 'x-should-retry': 'true' },
    body: error(
      'rate_limit_exceeded',
      'requests',
      'Rate limit reached for small in organization org-1 on requests per min (RPM): Limit 500, Used 500, Requested 1. Please try again in 120ms.',
    ),
    expected: {
      code: 'model_rate_limited',
      retryAfterMs: 120,
      limitHit: 'requests_per_minute',
      limits,
    },
  },
  {
    name: 'OpenAI, tokens of a minute, whatever the headers have left of requests',
    status: 429,
    headers: { ...limitHeaders, 'retry-after': '19' },
    body: error(
      'rate_limit_exceeded',
      'tokens',
      'Rate limit reached on tokens per min (TPM): Limit 30000, Used 14567, Requested 24754. Please try again in 18.642s.',
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: 19_000, limitHit: 'tokens_per_minute' },
  },
  {
    name: 'OpenAI, requests of a day',
    status: 429,
    headers: {
      'x-ratelimit-limit-requests': '50',
      'x-ratelimit-remaining-requests': '0',
      'x-ratelimit-reset-requests': '24h0m0s',
      'retry-after': '1728',
    },
    body: error(
      'rate_limit_exceeded',
      'requests',
      'Rate limit reached on requests per day (RPD): Limit 50, Used 50, Requested 1. Please try again in 28m48s.',
    ),
    expected: {
      code: 'model_rate_limited',
      retryAfterMs: 1_728_000,
      limitHit: 'requests_per_day',
      limits: { requests_per_day: { limit: 50, remaining: 0, resetMs: 86_400_000 } },
    },
  },
  {
    name: 'OpenAI, a limit without more',
    status: 429,
    body: error('rate_limit_exceeded', null, 'Rate limit reached.'),
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'OpenAI, a long wait',
    status: 429,
    headers: { 'retry-after': '300' },
    body: error('rate_limit_exceeded', 'requests', 'Rate limit reached.'),
    expected: { code: 'model_rate_limited', retryAfterMs: 300_000, limitHit: 'requests_per_minute' },
  },
  {
    name: 'OpenAI, traffic that grows too fast',
    status: 429,
    headers: { 'retry-after': '10' },
    body: error('slow_down', 'rate_limit_error', 'Your request rate increased too quickly.'),
    expected: { code: 'model_overloaded', retryAfterMs: 10_000 },
  },
  {
    name: 'OpenAI, the engine is busy',
    status: 429,
    body: error(null, 'server_error', 'That model is currently overloaded with other requests.'),
    expected: { code: 'model_overloaded' },
  },
  {
    name: 'OpenAI, servers are busy',
    status: 503,
    headers: { 'retry-after': '7' },
    body: error('server_is_overloaded', 'service_unavailable_error', 'Our servers are busy.'),
    expected: { code: 'model_overloaded', retryAfterMs: 7000 },
  },
  {
    name: 'OpenAI, an error of its own',
    status: 500,
    body: error(null, 'server_error', 'The server had an error while processing your request.'),
    expected: { code: 'model_overloaded' },
  },
  ...[
    'insufficient_quota',
    'credit_balance_exhausted',
    'organization_usage_limit_exceeded',
    'organization_spend_limit_exceeded',
    'project_spend_limit_exceeded',
  ].flatMap((code): RecordedRefusal[] => [
    {
      name: `OpenAI, no money: ${code}`,
      status: 429,
      headers: limitHeaders,
      body: error(code, 'insufficient_quota', 'You exceeded your current quota, please check your plan.'),
      expected: { code: 'model_out_of_money', limits },
    },
    {
      name: `a gateway that passes on ${code} alone`,
      status: 429,
      body: error(code, null, 'You exceeded your current quota, please check your plan.'),
      expected: { code: 'model_out_of_money' },
    },
  ]),
  {
    name: 'OpenAI, wrong key',
    status: 401,
    body: error('invalid_api_key', 'invalid_request_error', 'Incorrect API key provided: sk-1.'),
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'OpenAI, a country that it does not serve',
    status: 403,
    body: error('unsupported_country_region_territory', 'request_forbidden', 'Country not supported.'),
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'OpenAI, too long',
    status: 400,
    body: error('context_length_exceeded', 'invalid_request_error', 'The maximum context length is 8192.'),
    expected: { code: 'model_request_rejected' },
  },
  {
    name: 'OpenAI, no such model',
    status: 404,
    body: error('model_not_found', 'invalid_request_error', 'The model does not exist.'),
    expected: { code: 'model_unreachable' },
  },
  {
    name: 'OpenAI, a forbidden prompt',
    status: 400,
    body: error('content_policy_violation', 'invalid_request_error', 'Your request was rejected.'),
    expected: { code: 'model_content_filtered' },
  },
]
