import type { Answer } from './http-route.ts'
import type { FieldProblem, ProblemDocument } from './problem-document.ts'
import { type ProblemStatus, problemTitles } from './problem-titles.ts'

export interface ProblemFacts {
  readonly status: ProblemStatus
  readonly code: string
  readonly detail: string
  readonly problems?: readonly FieldProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** Says what went wrong, as a problem document (RFC 9457). */
export function problemAnswer({ status, code, detail, problems, headers }: ProblemFacts): Answer {
  const document: ProblemDocument = {
    type: 'about:blank',
    title: problemTitles[status],
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
