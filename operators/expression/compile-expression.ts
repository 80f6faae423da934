import { compileNode } from './compile-node.ts'
import type { Fault } from './expression-node.ts'
import type { FieldSlots, Slots } from './create-field-table.ts'
import { type FieldConditions, fieldConditions } from './field-conditions.ts'
import { parseExpression } from './parse-expression.ts'

/** What is wrong with an expression and where, counted from 1. */
export interface ExpressionProblem {
  readonly code: string
  readonly message: string
  readonly line: number
  readonly column: number
}

/** An expression over the slots of the table that it was compiled with. */
export interface CompiledExpression extends FieldConditions {
  /** Undefined means unknown: a field is missing, or the types of operands do not fit. It never throws. */
  evaluate(slots: Slots): boolean | undefined
}

/** The compiled expression, or every problem found. */
export type CompileResult =
  | { readonly ok: true; readonly expression: CompiledExpression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] }

/** Compiles an expression, the documented subset of CEL, into closures over the slots of `fields`. */
export function compileExpression(source: string, fields: FieldSlots): CompileResult {
  const { node, faults: refused } = parseExpression(source)
  const faults: Fault[] = [...refused]
  if (node === null) return failed(source, faults)
  const { kind, run } = compileNode(node, { fields, faults })
  if (kind !== 'boolean' && kind !== 'any') {
    faults.push({ code: 'not_boolean', message: `the result must be true or false, not ${kind}`, at: 0 })
  }
  if (faults.length > 0) return failed(source, faults)
  return {
    ok: true,
    expression: { evaluate: slots => asBoolean(run(slots)), ...fieldConditions(node, fields) },
  }
}

function asBoolean(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined
}

function failed(source: string, faults: readonly Fault[]): CompileResult {
  const ordered = faults.toSorted((left, right) => left.at - right.at)
  return {
    ok: false,
    problems: ordered.map(({ code, message, at }) => ({ code, message, ...position(source, at) })),
  }
}

function position(source: string, at: number): { line: number; column: number } {
  const lines = source.slice(0, at).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}
