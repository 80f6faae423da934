import { isScalar } from 'yaml'
import type { Scalar } from 'yaml'
import { compileExpression } from '../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../operators/expression/create-field-table.ts'
import type { Place } from '../documents/place-of.ts'
import { problemAt } from '../documents/problem-at.ts'
import type { Problem } from '../documents/problem.ts'
import type { SourceDocument } from '../documents/read-documents.ts'

const path = ['rule_config', 'pre_filter', 'expression']

/** What is wrong with a rule's expression, each with its place in the expression and in the file. */
export function expressionProblems(document: SourceDocument): readonly Problem[] {
  const node: unknown = document.tree.getIn(path, true)
  if (!isScalar(node) || typeof node.value !== 'string' || node.value === '') return []
  const compiled = compileExpression(node.value, createFieldTable())
  if (compiled.ok) return []
  return compiled.problems.map(({ message, line, column }) => ({
    ...problemAt(document, path, message),
    code: 'expression',
    expression: { line, column },
    ...placeInFile(document, node, { line, column }),
  }))
}

/** Exact where the text of the file is the expression's own, line by line; else the start of the expression. */
function placeInFile(document: SourceDocument, node: Scalar, within: Place): Partial<Place> {
  const from = node.range?.[0]
  if (from === undefined) return {}
  const start = document.lines.linePos(from)
  const fileLines = document.text.split(/\r?\n/)
  const wanted = String(node.value).split('\n')[within.line - 1] ?? ''
  // The lines of a block start below its | sign.
  const first = node.type === 'BLOCK_LITERAL' ? start.line + 1 : start.line
  const line = first + within.line - 1
  const searchFrom = line === start.line ? start.col - 1 : 0
  const shift = (fileLines[line - 1] ?? '').indexOf(wanted, searchFrom)
  return shift < 0 ? { line: start.line, column: start.col } : { line, column: shift + within.column }
}
