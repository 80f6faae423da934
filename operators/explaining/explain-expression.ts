import type { Event } from '../../schemas/event.ts'
import { compileNode } from '../expression/compile-node.ts'
import { createFieldTable, type FieldTable, type Slots } from '../expression/create-field-table.ts'
import type { ExpressionNode } from '../expression/expression-node.ts'
import { parseExpression } from '../expression/parse-expression.ts'
import { partText } from './part-text.ts'

/** What a part of an expression is for one event. */
export interface ExplainedPart {
  /** As it is written. */
  readonly text: string
  /** Within the expression, counted from 1. */
  readonly line: number
  readonly column: number
  /** Absent where it is unknown. */
  readonly value?: unknown
  /** Why it is unknown. */
  readonly unknown?: string
  /** What it is made of, without what is written out. */
  readonly parts: readonly ExplainedPart[]
}

/** The value of an expression and of each part of it, by the closures that rules are evaluated with. */
export function explainExpression(source: string, event: Event): ExplainedPart {
  const { node } = parseExpression(source)
  if (node === null) throw new Error('an expression that does not parse was to be explained')
  const fields = createFieldTable()
  const compiled = compileParts(node, fields)
  // Filled when all parts have their slots.
  return explain(compiled, { source, slots: fields.fill(event) })
}

interface CompiledPart {
  readonly node: ExpressionNode
  readonly run: (slots: Slots) => unknown
  readonly parts: readonly CompiledPart[]
}

function compileParts(node: ExpressionNode, fields: FieldTable): CompiledPart {
  const { run } = compileNode(node, { fields, faults: [] })
  return { node, run, parts: partsOf(node).map(part => compileParts(part, fields)) }
}

function partsOf(node: ExpressionNode): readonly ExpressionNode[] {
  if (node.kind === 'call') return node.args
  if (node.kind === 'list') return node.items
  return node.kind === 'select' ? [node.from] : []
}

interface Reading {
  readonly source: string
  readonly slots: Slots
}

function explain({ node, run, parts: below }: CompiledPart, reading: Reading): ExplainedPart {
  const value = run(reading.slots)
  const all = below.map(part => explain(part, reading))
  const { text, start } = partText(reading.source, node)
  const parts = all.filter((_, index) => !isWrittenOut(below[index]?.node))
  const place = { text, ...placeOf(reading.source, start) }
  if (value !== undefined) return { ...place, value, parts }
  return { ...place, unknown: reasonOf(node, all, text), parts }
}

function isWrittenOut(node: ExpressionNode | undefined): boolean {
  if (node?.kind === 'list') return node.items.every(isWrittenOut)
  return node?.kind === 'literal'
}

function placeOf(source: string, offset: number): { line: number; column: number } {
  const lines = source.slice(0, offset).split('\n')
  return { line: lines.length, column: (lines.at(-1)?.length ?? 0) + 1 }
}

function reasonOf(node: ExpressionNode, parts: readonly ExplainedPart[], text: string): string {
  const below = parts.find(({ unknown }) => unknown !== undefined)?.unknown
  if (below !== undefined) return below
  if (node.kind !== 'call') return `${text} is missing`
  const kinds = parts.map(({ value }) => kindOf(value))
  if (arithmetic.has(node.name) && kinds.every(kind => kind === 'a number'))
    return `${text} is no finite number`
  return `${node.name} does not fit ${kinds.join(' and ')}`
}

const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%'])

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'string') return 'a text'
  return typeof value === 'object' ? 'a map' : `a ${typeof value}`
}
