import { APIConnectionError, APIConnectionTimeoutError, APIError } from 'openai'
import { PipelineError } from '../../schemas/failure.ts'
import { classifyRefusal } from './classify-refusal.ts'
import type { Endpoint } from './classify-refusal.ts'

// Levels of `cause` that are looked through for the code of a socket.
const CAUSES_MAX = 5

const notConnected = new Set(['UND_ERR_CONNECT_TIMEOUT', 'ETIMEDOUT'])

/** Turns what the client threw into a failure; undefined when it is no failure of the provider but a bug. */
export function classifyFailure(
  error: unknown,
  endpoint: Endpoint,
  nowMs: number,
): PipelineError | undefined {
  if (error instanceof PipelineError) return error
  if (error instanceof APIConnectionError) return classifyConnection(error, endpoint)
  if (!(error instanceof APIError)) return undefined
  // Typed for every subclass at once, and with neither for an abort.
  const status: unknown = error.status
  const headers: unknown = error.headers
  if (typeof status !== 'number' || !(headers instanceof Headers)) return undefined
  return classifyRefusal({ status, headers, body: error.error, cause: error }, endpoint, nowMs)
}

function classifyConnection(cause: APIConnectionError, { baseUrl }: Endpoint): PipelineError {
  const code = socketCode(cause)
  // A connection that was never made is no answer that took too long.
  if (cause instanceof APIConnectionTimeoutError && !notConnected.has(code ?? '')) {
    return new PipelineError('model_timeout', `${baseUrl} did not answer in time`, { cause })
  }
  return new PipelineError(
    'model_unreachable',
    `no connection to ${baseUrl}${code === undefined ? '' : ` (${code})`}`,
    { cause },
  )
}

function socketCode(error: Error): string | undefined {
  let current: unknown = error.cause
  for (let level = 0; level < CAUSES_MAX && current instanceof Error; level += 1) {
    if ('code' in current && typeof current.code === 'string') return current.code
    current = current.cause
  }
  return undefined
}
