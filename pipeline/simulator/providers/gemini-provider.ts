import type { Provider, Refusal, Trouble } from './provider.ts'

const GOOGLE = 'type.googleapis.com/google.rpc'

const statuses = new Map([
  [400, 'INVALID_ARGUMENT'],
  [401, 'UNAUTHENTICATED'],
  [403, 'PERMISSION_DENIED'],
  [404, 'NOT_FOUND'],
  [429, 'RESOURCE_EXHAUSTED'],
  [500, 'INTERNAL'],
  [503, 'UNAVAILABLE'],
  [504, 'DEADLINE_EXCEEDED'],
])

const requestsQuota = {
  metric: 'generate_content_requests',
  quotaId: 'GenerateRequestsPerMinutePerProjectPerModel',
}
const tokensQuota = {
  metric: 'generate_content_input_token_count',
  quotaId: 'GenerateContentInputTokensPerModelPerMinute',
}

/**
 * Gemini behind its OpenAI-compatible path: errors come as a list of one, no header tells of limits, and the wait is in the
 * body. Out of money is a limit of 0; a bad key is a 400.
 */
export const geminiProvider: Provider = {
  sendsRetryAfter: false,
  limitHeaders: () => ({}),
  refuse(trouble) {
    switch (trouble.kind) {
      case 'limit':
        return limitRefusal(trouble)
      case 'money':
        return limitRefusal({ limit: 'requests', most: 0, waitMs: undefined })
      case 'key': {
        const reason = { '@type': `${GOOGLE}.ErrorInfo`, reason: 'API_KEY_INVALID', domain: 'googleapis.com' }
        return refusal(400, 'API key not valid. Please pass a valid API key.', { details: [reason] })
      }
      case 'request':
        return refusal(400, trouble.problem)
      case 'fault': {
        const { status, code } = trouble
        const message =
          status === 503 ? 'The model is overloaded. Please try again later.' : 'Simulated error'
        return refusal(status, message, code === null ? {} : { status: code })
      }
    }
  },
}

type LimitTrouble = Pick<Extract<Trouble, { kind: 'limit' }>, 'limit' | 'most' | 'waitMs'>

function limitRefusal({ limit, most, waitMs }: LimitTrouble): Refusal {
  const { metric, quotaId } = limit.endsWith('tokens') ? tokensQuota : requestsQuota
  const quotaMetric = `generativelanguage.googleapis.com/${metric}`
  const exceeded = {
    '@type': `${GOOGLE}.QuotaFailure`,
    violations: [{ quotaMetric, quotaId, quotaValue: `${most}` }],
  }
  const seconds = waitMs === undefined ? undefined : `${Math.ceil(waitMs / 1000)}s`
  const again = seconds === undefined ? [] : [{ '@type': `${GOOGLE}.RetryInfo`, retryDelay: seconds }]
  const message = `You exceeded your current quota. Quota exceeded for metric: ${quotaMetric}, limit: ${most}`
  return refusal(429, message, { details: [exceeded, ...again] })
}

function refusal(
  status: number,
  message: string,
  more: { readonly status?: string; readonly details?: readonly unknown[] } = {},
): Refusal {
  const error = { code: status, message, status: statuses.get(status) ?? 'UNKNOWN', ...more }
  return { status, body: [{ error }] }
}
