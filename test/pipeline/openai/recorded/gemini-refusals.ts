import type { RecordedRefusal } from './recorded-refusal.ts'

const requests = 'generativelanguage.googleapis.com/generate_content_free_tier_requests'
const tokens = 'generativelanguage.googleapis.com/generate_content_free_tier_input_token_count'
const dimensions = { quotaDimensions: { location: 'global', model: 'small' } }
const minute = {
  quotaMetric: requests,
  quotaId: 'GenerateRequestsPerMinutePerProjectPerModel-FreeTier',
  ...dimensions,
}
const day = {
  quotaMetric: requests,
  quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
  ...dimensions,
}
const input = {
  quotaMetric: tokens,
  quotaId: 'GenerateContentInputTokensPerModelPerMinute-FreeTier',
  ...dimensions,
}

/** From 10:00 UTC, which is 02:00 there, to midnight in California. */
const UNTIL_MIDNIGHT_MS = 22 * 3_600_000

/** The OpenAI-compatible endpoint sends Google's error in a list. */
function quota(violations: readonly unknown[], retryDelay?: string): unknown {
  const details = [
    {
      '@type': 'type.googleapis.com/google.rpc.Help',
      links: [{ description: 'Quotas', url: 'https://ai.google.dev' }],
    },
    { '@type': 'type.googleapis.com/google.rpc.QuotaFailure', violations },
    ...(retryDelay === undefined
      ? []
      : [{ '@type': 'type.googleapis.com/google.rpc.RetryInfo', retryDelay }]),
  ]
  return [
    {
      error: {
        code: 429,
        message: 'You exceeded your current quota.',
        status: 'RESOURCE_EXHAUSTED',
        details,
      },
    },
  ]
}

export const geminiRefusals: readonly RecordedRefusal[] = [
  {
    name: 'Gemini, requests of a minute',
    status: 429,
    body: quota([{ ...minute, quotaValue: '15' }], '21.424365033s'),
    expected: { code: 'model_rate_limited', retryAfterMs: 21_425, limitHit: 'requests_per_minute' },
  },
  {
    name: 'Gemini, input tokens',
    status: 429,
    body: quota([{ ...input, quotaValue: '250000' }], '45s'),
    expected: { code: 'model_rate_limited', retryAfterMs: 45_000, limitHit: 'input_tokens_per_minute' },
  },
  {
    name: 'Gemini, the quota of a day, which asks for seconds',
    status: 429,
    body: quota(
      [
        { ...minute, quotaValue: '5' },
        { ...day, quotaValue: '20' },
      ],
      '26s',
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: UNTIL_MIDNIGHT_MS, limitHit: 'requests_per_day' },
  },
  {
    name: 'Gemini, the quota of a day, which asks for more than the day has left',
    status: 429,
    body: quota([{ ...day, quotaValue: '20' }], '86000s'),
    expected: { code: 'model_rate_limited', retryAfterMs: 86_000_000, limitHit: 'requests_per_day' },
  },
  {
    name: 'Gemini, a delay of hours',
    status: 429,
    body: quota([{ ...minute, quotaValue: '5' }], '36000s'),
    expected: { code: 'model_rate_limited', retryAfterMs: 36_000_000, limitHit: 'requests_per_minute' },
  },
  {
    name: 'Gemini, a model that the plan has no quota of',
    status: 429,
    body: quota([day, minute, input], '10s'),
    expected: { code: 'model_out_of_money' },
  },
  {
    name: 'Gemini, no quota, spelt out',
    status: 429,
    body: quota([{ ...minute, quotaValue: '0' }], '10s'),
    expected: { code: 'model_out_of_money' },
  },
  {
    name: 'Gemini, exhausted without more',
    status: 429,
    body: [
      {
        error: {
          code: 429,
          message: 'Resource has been exhausted (e.g. check quota).',
          status: 'RESOURCE_EXHAUSTED',
        },
      },
    ],
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'Google, a quota that it only describes',
    status: 429,
    body: quota(
      [{ subject: 'project:1', description: 'Quota exceeded.' }, null, { quotaId: 7, quotaValue: 'x' }],
      '5s',
    ),
    expected: { code: 'model_rate_limited', retryAfterMs: 5000 },
  },
  {
    name: 'Gemini, output tokens of a minute and tokens of an hour',
    status: 429,
    body: quota([
      null,
      { quotaId: 'TokensPerHour', quotaValue: '9' },
      { quotaId: 'GenerateContentOutputTokensPerModelPerMinute', quotaValue: '9' },
    ]),
    expected: { code: 'model_rate_limited', limitHit: 'output_tokens_per_minute' },
  },
  {
    name: 'Gemini, tokens of a day without a delay',
    status: 429,
    body: quota([{ quotaId: 'GenerateContentInputTokensPerModelPerDay', quotaValue: '9' }]),
    expected: { code: 'model_rate_limited', retryAfterMs: UNTIL_MIDNIGHT_MS, limitHit: 'tokens_per_day' },
  },
  {
    name: 'Google, a limit with status 403',
    status: 403,
    body: {
      error: {
        code: 403,
        message: 'Quota exceeded for quota metric.',
        status: 'PERMISSION_DENIED',
        details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'RATE_LIMIT_EXCEEDED' }],
      },
    },
    expected: { code: 'model_rate_limited' },
  },
  {
    name: 'Gemini, no permission',
    status: 403,
    body: [{ error: { code: 403, message: 'Permission denied.', status: 'PERMISSION_DENIED' } }],
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Gemini, wrong key',
    status: 400,
    body: [
      {
        error: {
          code: 400,
          message: 'API key not valid. Please pass a valid API key.',
          status: 'INVALID_ARGUMENT',
          details: [
            {
              '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
              reason: 'API_KEY_INVALID',
              domain: 'googleapis.com',
            },
          ],
        },
      },
    ],
    expected: { code: 'model_key_rejected' },
  },
  {
    name: 'Gemini, overloaded',
    status: 503,
    body: [{ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }],
    expected: { code: 'model_overloaded' },
  },
]
