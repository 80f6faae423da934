import { z } from 'zod'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { ApiAccess } from './api-access.ts'

export interface ApiQuestion {
  /** Under `/api/v1`, such as `/models`. */
  readonly path: string
  /** GET without it. */
  readonly method?: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Sent as JSON; a merge patch with PATCH. */
  readonly body?: unknown
  /** The version that is to be changed. */
  readonly ifMatch?: string
  /** What is not there is answered with null. */
  readonly orNull?: true
}

/** The API of one process. */
export type AskApi = (question: ApiQuestion) => Promise<unknown>

const TIMEOUT_MS = 15_000

const problemSchema = z.object({
  detail: z.string(),
  problems: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
})

/**
 * Asks the API of a running process, and answers the body; null where there is none. Fails with `api_unreachable` where none answers,
 * with `rule_changed` where another was faster, with `api_refused` where it does not take the question, and says then all that is
 * wrong with it.
 */
export async function askApi(access: ApiAccess, question: ApiQuestion): Promise<unknown> {
  const { status, text } = await send(access, question)
  if (status === 204 || (status === 404 && question.orNull === true)) return null
  const body = jsonOf(text)
  if ((status === 200 || status === 201) && body !== undefined) return body
  const problem = problemSchema.safeParse(body).data
  throw new PipelineError(
    codeOf(status),
    problem === undefined ? `${access.url} answers ${status}` : linesOf(problem),
  )
}

function codeOf(status: number): FailureCode {
  if (status === 503) return 'api_unreachable'
  if (status === 409 || status === 412) return 'rule_changed'
  return status >= 400 && status < 500 ? 'api_refused' : 'api_failed'
}

function linesOf({ detail, problems = [] }: z.infer<typeof problemSchema>): string {
  const lines = problems.map(({ path, message }) => `${path}: ${message}`)
  return lines.length > 0 ? lines.join('\n') : detail
}

async function send(access: ApiAccess, question: ApiQuestion): Promise<{ status: number; text: string }> {
  const url = `${access.url.replace(/\/+$/, '')}/api/v1${question.path}`
  try {
    const response = await fetch(url, requestOf(access, question))
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

function requestOf({ key }: ApiAccess, { method, body, ifMatch }: ApiQuestion): RequestInit {
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  return {
    method: method ?? 'GET',
    headers: {
      ...(body !== undefined && { 'content-type': type }),
      ...(ifMatch !== undefined && { 'if-match': ifMatch }),
      ...(key !== undefined && { authorization: `Bearer ${key}` }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
