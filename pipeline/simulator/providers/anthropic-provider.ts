import type { LimitName } from '../create-admission.ts'
import type { Provider } from './provider.ts'

const units: Readonly<Record<Exclude<LimitName, 'concurrency'>, string>> = {
  requests: 'requests',
  tokens: 'tokens',
  input_tokens: 'input tokens',
  output_tokens: 'output tokens',
}

const typesByStatus = new Map([
  [400, 'invalid_request_error'],
  [401, 'authentication_error'],
  [402, 'billing_error'],
  [403, 'permission_error'],
  [404, 'not_found_error'],
  [413, 'request_too_large'],
  [429, 'rate_limit_error'],
  [504, 'timeout_error'],
  [529, 'overloaded_error'],
])

/** Anthropic. Four limits with headers of their own, resets as points in time, and 529 for overload. */
export const anthropicProvider: Provider = {
  sendsRetryAfter: true,
  limitHeaders({ name, limit, remaining, resetMs }, epochMs) {
    const prefix = `anthropic-ratelimit-${name.replace('_', '-')}`
    return {
      [`${prefix}-limit`]: `${limit}`,
      [`${prefix}-remaining`]: `${remaining}`,
      [`${prefix}-reset`]: wholeSeconds(epochMs + resetMs),
    }
  },
  refuse(trouble) {
    switch (trouble.kind) {
      case 'limit':
        return refusal(429, limitMessage(trouble.limit, trouble.most, trouble.model))
      case 'money':
        return refusal(402, 'Your credit balance is too low to access the API.')
      case 'key':
        return refusal(401, 'invalid x-api-key')
      case 'request':
        return refusal(400, trouble.problem)
      case 'fault':
        return refusal(
          trouble.status,
          trouble.status === 529 ? 'Overloaded' : 'Simulated error',
          trouble.code,
        )
    }
  },
}

function limitMessage(limit: LimitName, most: number, model: string): string {
  return limit === 'concurrency'
    ? 'Number of concurrent connections has exceeded your rate limit. Please try again later.'
    : `This request would exceed your organization's rate limit of ${most} ${units[limit]} per minute (model: ${model}).`
}

function refusal(status: number, message: string, code: string | null = null) {
  const type = code ?? typesByStatus.get(status) ?? 'api_error'
  return { status, body: { type: 'error', error: { type, message }, request_id: 'req_simulated' } }
}

/** Rounded up, so that whoever waits for it does not come too early. */
function wholeSeconds(epochMs: number): string {
  return new Date(Math.ceil(epochMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
