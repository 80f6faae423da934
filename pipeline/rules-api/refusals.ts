import type { Answer } from '../http/http-route.ts'
import { problemAnswer } from '../http/problem-answer.ts'
import type { FieldProblem } from '../http/problem-document.ts'

const malformed = (detail: string): Answer => problemAnswer({ status: 400, code: 'malformed', detail })

/** What is answered to a request for rules that cannot be done. */
export const refusals = {
  malformed,
  noObject: malformed('the body must be an object, with content-type: application/json'),
  noTag: malformed('If-Match is the ETag of an answer, such as "3" with its quotes, or *'),
  unknown: (id: string): Answer =>
    problemAnswer({ status: 404, code: 'not_found', detail: `no rule is named ${id}` }),
  exists: (id: string): Answer =>
    problemAnswer({
      status: 409,
      code: 'exists',
      detail: `there is a rule ${id} already: change it with PUT`,
    }),
  otherVersion: (id: string, version: number): Answer =>
    problemAnswer({
      status: 412,
      code: 'version',
      detail: `${id} has version ${version} now: read it again, and change that`,
      headers: { etag: `"${version}"` },
    }),
  invalid: (problems: readonly FieldProblem[]): Answer =>
    problemAnswer({ status: 422, code: 'invalid', detail: 'nothing was changed', problems }),
  failing: (problems: readonly FieldProblem[]): Answer =>
    problemAnswer({
      status: 422,
      code: 'invalid',
      detail: 'the tests of the rule itself fail: force=true writes it all the same',
      problems,
    }),
}
