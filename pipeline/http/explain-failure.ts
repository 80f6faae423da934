import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { Answer } from './http-route.ts'
import { problemAnswer, type ProblemFacts } from './problem-answer.ts'

const expected: Partial<Record<FailureCode, ProblemFacts['status']>> = {
  log_unavailable: 503,
  record_too_large: 413,
  table_full: 503,
  table_unavailable: 503,
  tests_busy: 503,
}

const RETRY_SECONDS = 1

/** What to answer where no route did: the request cannot be read, something is away for a while, or there is a bug. */
export function explainFailure(error: unknown): Answer {
  const status = error instanceof PipelineError ? expected[error.code] : undefined
  if (error instanceof PipelineError && status !== undefined) {
    const headers = status === 503 ? { 'retry-after': `${RETRY_SECONDS}` } : {}
    return problemAnswer({ status, code: error.code, detail: error.message, headers })
  }
  const asked = statusOf(error)
  if (asked !== undefined && asked < 500) return unread(asked)
  return problemAnswer({ status: 500, code: 'internal', detail: 'the request could not be answered' })
}

// What the parser says is left out: it quotes the body, which may hold anything.
function unread(status: number): Answer {
  if (status === 413)
    return problemAnswer({ status, code: 'too_large', detail: 'the body is larger than is taken here' })
  const detail = 'send JSON, with content-type: application/json'
  if (status === 415) return problemAnswer({ status, code: 'media_type', detail })
  return problemAnswer({ status: 400, code: 'malformed', detail: 'its address or its JSON cannot be read' })
}

/** What the server says of a request that it does not take. */
function statusOf(error: unknown): number | undefined {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
  return typeof status === 'number' ? status : undefined
}
