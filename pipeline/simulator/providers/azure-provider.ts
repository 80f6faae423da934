import type { Provider, Refusal } from './provider.ts'

const OPERATION = 'Requests to the ChatCompletions_Create Operation under Azure OpenAI API version 2024-10-21'

/**
 * Azure OpenAI. Its headers tell no reset, and the text of a refusal tells the wait even where no header does. Out of money
 * is what API Management in front of it says when its volume is used up: a 403 in a form of its own.
 */
export const azureProvider: Provider = {
  sendsRetryAfter: true,
  limitHeaders: ({ name, limit, remaining }) =>
    name === 'requests' || name === 'tokens'
      ? { [`x-ratelimit-limit-${name}`]: `${limit}`, [`x-ratelimit-remaining-${name}`]: `${remaining}` }
      : {},
  refuse(trouble) {
    switch (trouble.kind) {
      case 'limit': {
        const exceeded = trouble.limit.endsWith('tokens') ? 'token rate limit' : 'call rate limit'
        const again =
          trouble.waitMs === undefined
            ? ''
            : ` Please retry after ${Math.ceil(trouble.waitMs / 1000)} seconds.`
        const message = `${OPERATION} have exceeded ${exceeded} of your current OpenAI S0 pricing tier.${again}`
        return refusal(429, message)
      }
      case 'money':
        return {
          status: 403,
          body: {
            statusCode: 403,
            message: 'Out of call volume quota. Quota will be replenished in 12:00:00.',
          },
        }
      case 'key':
        return refusal(401, 'Access denied due to invalid subscription key or wrong API endpoint.')
      case 'request':
        return refusal(400, trouble.problem, 'BadRequest')
      case 'fault':
        return refusal(trouble.status, 'Simulated error', trouble.code ?? undefined)
    }
  },
}

function refusal(status: number, message: string, code = `${status}`): Refusal {
  return { status, body: { error: { code, message } } }
}
