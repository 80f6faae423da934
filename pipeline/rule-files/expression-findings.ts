import { compileExpression } from '../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../operators/expression/create-field-table.ts'
import type { Finding } from '../documents/finding.ts'
import { valueAt } from '../documents/value-at.ts'

export const expressionPath = ['rule_config', 'pre_filter', 'expression'] as const

/** What is wrong with the expression of a rule, each with its place in it; a rule without one has its fault told elsewhere. */
export function expressionFindings(rule: unknown): readonly Finding[] {
  const expression = valueAt(rule, expressionPath)
  if (typeof expression !== 'string' || expression === '') return []
  const compiled = compileExpression(expression, createFieldTable())
  if (compiled.ok) return []
  return compiled.problems.map(({ message, line, column }) => ({
    code: 'expression',
    path: expressionPath,
    message,
    expression: { line, column },
  }))
}
