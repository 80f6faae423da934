import type { Answer } from './http-route.ts'
import type { FieldProblem, ProblemDocument } from './problem-document.ts'

const titles = {
  400: 'Malformed request',
  401: 'No valid key',
  404: 'Not found',
  405: 'Method not allowed',
  409: 'Conflict',
  412: 'Another version',
  413: 'Too large',
  415: 'Not JSON',
  422: 'Invalid',
  429: 'Too many requests',
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
  const document: ProblemDocument = {
    type: 'about:blank',
    title: titles[status],
    status,
    code,
    detail,
    ...(problems && { problems: [...problems] }),
  }
  return {
    status,
    type: 'application/problem+json',
    body: JSON.stringify(document),
    headers: { ...headers },
  }
}
