import type { Answer } from './http-route.ts'

/** One thing that is wrong with what was sent. */
export interface FieldProblem {
  /** Dotted; empty for the whole. */
  readonly path: string
  readonly message: string
}

const titles = {
  400: 'Malformed request',
  401: 'No valid key',
  404: 'Not found',
  405: 'Method not allowed',
  413: 'Too large',
  415: 'Not JSON',
  422: 'Invalid',
  500: 'Internal error',
  503: 'Not available',
} as const

export interface ProblemFacts {
  readonly status: keyof typeof titles
  readonly code: string
  readonly detail: string
  readonly problems?: readonly FieldProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** Says what went wrong, as a problem document (RFC 9457). */
export function problemAnswer({ status, code, detail, problems, headers }: ProblemFacts): Answer {
  const document = { type: 'about:blank', title: titles[status], status, code, detail }
  return {
    status,
    type: 'application/problem+json',
    body: JSON.stringify({ ...document, ...(problems && { problems }) }),
    headers: { ...headers },
  }
}
