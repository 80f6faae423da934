import type { RecordedRefusal } from './recorded-refusal.ts'

const words =
  'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21 have'
const more =
  'Please contact Azure support service if you would like to further increase the default rate limit.'

function throttled(message: string): unknown {
  return { error: { code: '429', message } }
}

export const azureRefusals: readonly RecordedRefusal[] = [
  {
    name: 'Azure, calls, with every header',
    status: 429,
    headers: { 'retry-after-ms': '1500', 'retry-after': '2', 'x-ratelimit-remaining-requests': '0' },
    body: throttled(
      `${words} exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 2 seconds. ${more}`,
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: 1500, limitHit: 'requests_per_minute' },
  },
  {
    name: 'Azure, calls, in words alone',
    status: 429,
    body: throttled(
      `${words} exceeded call rate limit of your current OpenAI S0 pricing tier. Please retry after 1 second. ${more}`,
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: 1000, limitHit: 'requests_per_minute' },
  },
  {
    name: 'Azure, tokens, in words alone, for a day',
    status: 429,
    body: throttled(
      `${words} exceeded token rate limit of your current AIServices S0 pricing tier. Please retry after 86400 seconds. ${more}`,
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: 86_400_000, limitHit: 'tokens_per_minute' },
  },
  {
    name: 'Azure, tokens of a deployment',
    status: 429,
    headers: { 'x-ratelimit-limit-tokens': '-1', 'x-ratelimit-remaining-tokens': '-1' },
    body: {
      error: {
        type: 'too_many_requests',
        code: 'too_many_requests',
        message:
          'Your requests to small for small in eastus2 have exceeded the token rate limit for your current AIServices S0 pricing tier. Please retry after 45 seconds.',
      },
    },
    expected: { code: 'model_rate_limited', retryAfterMs: 45_000, limitHit: 'tokens_per_minute' },
  },
  {
    name: 'Azure, high demand',
    status: 429,
    body: {
      error: {
        type: 'too_many_requests',
        code: 'too_many_requests',
        message:
          'The system is currently experiencing high demand and cannot process your request. Your request exceeds the maximum usage size allowed during peak load. Please retry after 20 seconds.',
      },
    },
    expected: { code: 'model_overloaded', retryAfterMs: 20_000 },
  },
  {
    name: 'Azure, API Management, a rate',
    status: 429,
    body: { statusCode: 429, message: 'Rate limit is exceeded. Try again in 13 seconds.' },
    expected: { code: 'model_rate_limited', retryAfterMs: 13_000 },
  },
  {
    name: 'Azure, API Management, a quota with Retry-After',
    status: 403,
    headers: { 'retry-after': '750' },
    body: { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 00:12:30.' },
    expected: { code: 'model_rate_limited', retryAfterMs: 750_000 },
  },
  {
    name: 'Azure, API Management, a quota in words alone',
    status: 403,
    body: { statusCode: 403, message: 'Out of call volume quota. Quota will be replenished in 1.02:00:05.' },
    expected: { code: 'model_rate_limited', retryAfterMs: 93_605_000 },
  },
  {
    name: 'Azure, a firewall',
    status: 403,
    body: { error: { code: '403', message: 'Access denied due to Virtual Network/Firewall rules.' } },
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Azure, wrong key',
    status: 401,
    body: {
      error: { code: '401', message: 'Access denied due to invalid subscription key or wrong API endpoint.' },
    },
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Azure, no such deployment',
    status: 404,
    body: {
      error: { code: 'DeploymentNotFound', message: 'The API deployment for this resource does not exist.' },
    },
    expected: { code: 'model_unreachable' },
  },
  {
    name: 'Azure, content filter',
    status: 400,
    body: {
      error: {
        message: 'The response was filtered.',
        type: null,
        param: 'prompt',
        code: 'content_filter',
        status: 400,
        innererror: { code: 'ResponsibleAIPolicyViolation' },
      },
    },
    expected: { code: 'model_content_filtered' },
  },
  {
    name: 'Azure, unavailable',
    status: 503,
    body: { error: { code: 'ServiceUnavailable', message: 'The service is temporarily unavailable.' } },
    expected: { code: 'model_overloaded' },
  },
]
