import type { Finding } from '../documents/finding.ts'
import type { FieldProblem } from '../http/problem-document.ts'

/** Most problems that are told of one rule. */
export const PROBLEMS_TOLD_MAX = 100

/** What is wrong with a rule, as it is told over HTTP: line and column are those within the expression. */
export function fieldProblems(findings: readonly Finding[]): readonly FieldProblem[] {
  const told = findings.slice(0, PROBLEMS_TOLD_MAX).map(({ path, message, expression }) => ({
    path: path.map(String).join('.'),
    message,
    ...expression,
  }))
  const left = findings.length - told.length
  return left === 0 ? told : [...told, { path: '', message: `and ${left} more problems` }]
}
