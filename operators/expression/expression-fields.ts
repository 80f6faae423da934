import type { ExpressionNode } from './expression-node.ts'
import { fieldPath, type FieldPath } from './field-path.ts'
import { parseExpression } from './parse-expression.ts'

/** A field that an expression reads, and where, counted from 1. */
export interface ExpressionField {
  readonly path: FieldPath
  readonly line: number
  readonly column: number
}

/** The fields that an expression reads, in its order; those that it asks for with `has` may be missing, and are left out. */
export function expressionFields(source: string): readonly ExpressionField[] {
  const { node } = parseExpression(source)
  if (node === null) return []
  const found = fieldsOf(node)
  const asked = new Set(found.filter(({ isAsked }) => isAsked).map(({ path }) => path.join('.')))
  return found
    .filter(({ path }) => !asked.has(path.join('.')))
    .toSorted((left, right) => left.at - right.at)
    .map(({ path, at }) => ({ path, ...placeIn(source, at) }))
}

interface FoundField {
  readonly path: FieldPath
  readonly at: number
  /** It stands within `has`. */
  readonly isAsked: boolean
}

function fieldsOf(node: ExpressionNode, isAsked = false): readonly FoundField[] {
  switch (node.kind) {
    case 'field':
      return [{ path: fieldPath(node.names), at: node.at, isAsked }]
    case 'select':
      return fieldsOf(node.from, isAsked)
    case 'list':
      return node.items.flatMap(item => fieldsOf(item, isAsked))
    case 'call':
      return node.args.flatMap(arg => fieldsOf(arg, isAsked || node.name === 'has'))
    default:
      return []
  }
}

function placeIn(source: string, at: number): { line: number; column: number } {
  const lines = source.slice(0, at).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
