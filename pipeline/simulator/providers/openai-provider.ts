import { formatDuration } from './format-duration.ts'
import { openaiError } from './openai-error.ts'
import type { LimitName } from '../create-admission.ts'
import type { Provider, Refusal, Trouble } from './provider.ts'

const units: Readonly<Record<LimitName, string>> = {
  requests: 'requests per min (RPM)',
  tokens: 'tokens per min (TPM)',
  input_tokens: 'input tokens per min',
  output_tokens: 'output tokens per min',
  concurrency: 'concurrent requests',
}

/** OpenAI. It has no limits on input or output alone, so no header tells of such. */
export const openaiProvider: Provider = {
  sendsRetryAfter: true,
  limitHeaders: ({ name, limit, remaining, resetMs }) =>
    name === 'requests' || name === 'tokens'
      ? {
          [`x-ratelimit-limit-${name}`]: `${limit}`,
          [`x-ratelimit-remaining-${name}`]: `${remaining}`,
          [`x-ratelimit-reset-${name}`]: formatDuration(resetMs),
        }
      : {},
  refuse(trouble) {
    switch (trouble.kind) {
      case 'limit':
        return { status: 429, body: limitError(trouble) }
      case 'money':
        return {
          status: 429,
          body: openaiError(
            'You exceeded your current quota, please check your plan and billing details.',
            'insufficient_quota',
            'insufficient_quota',
          ),
        }
      case 'key':
        return {
          status: 401,
          body: openaiError('Incorrect API key provided.', 'invalid_request_error', 'invalid_api_key'),
        }
      case 'request':
        return { status: 400, body: openaiError(trouble.problem, 'invalid_request_error', null) }
      case 'fault':
        return fault(trouble)
    }
  },
}

function limitError({ limit, most, waitMs, model }: Extract<Trouble, { kind: 'limit' }>): unknown {
  const again = waitMs === undefined ? '' : ` Please try again in ${formatDuration(waitMs)}.`
  return openaiError(
    `Rate limit reached for ${model} on ${units[limit]}: Limit ${most}.${again}`,
    limit,
    'rate_limit_exceeded',
  )
}

function fault({ status, code }: Extract<Trouble, { kind: 'fault' }>): Refusal {
  if (code === null && (status === 503 || status === 529)) {
    const message = 'Our servers are currently overloaded. Please try again later.'
    return { status, body: openaiError(message, 'service_unavailable_error', 'server_is_overloaded') }
  }
  return { status, body: openaiError('Simulated error', code ?? 'server_error', code) }
}
