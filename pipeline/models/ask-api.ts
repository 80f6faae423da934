import { z } from 'zod'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { ApiAccess } from './api-access.ts'

export interface ApiQuestion {
  /** Under `/api/v1`, such as `/models`. */
  readonly path: string
  /** A merge patch; without it the path is read. */
  readonly patch?: unknown
}

const TIMEOUT_MS = 15_000

const problemSchema = z.object({
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/**
 * Asks the API of a running process, and answers the body. Fails with `api_unreachable` where none answers, with `api_refused`
 * where it does not take the question, and says then all that is wrong with it.
 */
export async function askApi({ url, key }: ApiAccess, { path, patch }: ApiQuestion): Promise<unknown> {
  const { status, text } = await send(`${url.replace(/\/+$/, '')}/api/v1${path}`, {
    method: patch === undefined ? 'GET' : 'PATCH',
    headers: {
      ...(patch !== undefined && { 'content-type': 'application/merge-patch+json' }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(patch !== undefined && { body: JSON.stringify(patch) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  })
  const body = jsonOf(text)
  if (status === 200 && body !== undefined) return body
  const problem = problemSchema.safeParse(body).data
  throw new PipelineError(
    codeOf(status),
    problem === undefined ? `${url} answers ${status}` : linesOf(problem),
  )
}

function codeOf(status: number): FailureCode {
  if (status === 503) return 'api_unreachable'
  return status >= 400 && status < 500 ? 'api_refused' : 'api_failed'
}

function linesOf({ detail, problems = [] }: z.infer<typeof problemSchema>): string {
  const lines = problems.map(({ path, message }) => `${path}: ${message}`)
  return lines.length > 0 ? lines.join('\n') : detail
}

async function send(url: string, init: RequestInit): Promise<{ status: number; text: string }> {
  try {
    const response = await fetch(url, init)
    return { status: response.status, text: await response.text() }
  } catch (error) {
    const { origin } = new URL(url)
    throw new PipelineError(
      'api_unreachable',
      `nothing answers at ${origin}: start llmtrigger run, or name its address with --url or in http of the configuration`,
      { cause: error },
    )
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
