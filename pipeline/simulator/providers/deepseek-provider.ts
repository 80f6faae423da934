import { openaiError } from './openai-error.ts'
import type { Provider, Refusal } from './provider.ts'

// Nearly every error of theirs has this code.
const CODE = 'invalid_request_error'

/** DeepSeek. No header tells of limits or waits, and an empty balance is a 402. */
export const deepseekProvider: Provider = {
  sendsRetryAfter: false,
  limitHeaders: () => ({}),
  refuse(trouble) {
    switch (trouble.kind) {
      case 'limit':
        return refusal(429, 'Rate limit reached', { type: 'rate_limit_error' })
      case 'money':
        return refusal(402, 'Insufficient Balance', { type: 'unknown_error' })
      case 'key':
        return refusal(401, 'Authentication Fails (no such user)', { type: 'authentication_error' })
      case 'request':
        return refusal(400, trouble.problem, { type: 'invalid_request_error' })
      case 'fault': {
        const { status, code } = trouble
        return status === 503
          ? refusal(status, 'Service is too busy.', { type: 'service_unavailable_error', code })
          : refusal(status, 'Simulated error', { type: 'server_error', code })
      }
    }
  },
}

function refusal(
  status: number,
  message: string,
  { type, code }: { readonly type: string; readonly code?: string | null },
): Refusal {
  return { status, body: openaiError(message, type, code ?? CODE) }
}
