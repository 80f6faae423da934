import type { ExpressionNode } from './expression-node.ts'
import type { FieldSlots } from './create-field-table.ts'

export type PlainValue = string | number | boolean

/**
 * What an expression demands of one field, so that an index can rule the expression out without evaluating it.
 *
 * `string`, `number`, `boolean`: it is one of these values, which are all of that type; false for null, unknown for any
 * other type. `above`, `below`: it lies beyond a limit; unknown for all that is no number. `present`: it is there, null
 * included; never unknown.
 */
export type FieldCondition = { readonly slot: number } & (
  | { readonly kind: 'string' | 'number' | 'boolean'; readonly values: readonly PlainValue[] }
  | { readonly kind: 'above' | 'below'; readonly limit: number; readonly inclusive: boolean }
  | { readonly kind: 'present' }
)

export interface FieldConditions {
  /** Of the operands of the top-level `&&`: each of them has to be true. */
  readonly conditions: readonly FieldCondition[]
  /** The expression says nothing else. */
  readonly complete: boolean
}

/** Most conditions that are kept of one expression: an index uses fewer. */
const CONDITIONS_MAX = 8

/** Finds what the operands of a top-level `&&` demand of single fields. */
export function fieldConditions(node: ExpressionNode, fields: FieldSlots): FieldConditions {
  const operands = row(node)
  const conditions = operands.flatMap(operand => condition(operand, fields) ?? []).slice(0, CONDITIONS_MAX)
  return { conditions, complete: conditions.length === operands.length }
}

type NodeOf<K extends ExpressionNode['kind']> = Extract<ExpressionNode, { readonly kind: K }>

function row(node: ExpressionNode): readonly ExpressionNode[] {
  return node.kind === 'call' && node.name === '&&' ? node.args.flatMap(row) : [node]
}

function condition(node: ExpressionNode, fields: FieldSlots): FieldCondition | undefined {
  if (node.kind !== 'call') return undefined
  const [left, right] = node.args
  if (left?.kind === 'field') return ofField({ field: left, name: node.name, other: right }, fields)
  const flipped = flippedNames.get(node.name)
  if (right?.kind !== 'field' || flipped === undefined) return undefined
  return ofField({ field: right, name: flipped, other: left }, fields)
}

const flippedNames: ReadonlyMap<string, string> = new Map([
  ['==', '=='],
  ['<', '>'],
  ['<=', '>='],
  ['>', '<'],
  ['>=', '<='],
])

interface Comparison {
  readonly field: NodeOf<'field'>
  readonly name: string
  readonly other: ExpressionNode | undefined
}

function ofField({ field, name, other }: Comparison, fields: FieldSlots): FieldCondition | undefined {
  const slot = fields.slotOf(field.names)
  if (name === 'has') return { slot, kind: 'present' }
  if (other === undefined) return undefined
  if (name === '==') return oneOf(slot, [other])
  if (name === 'in') return oneOf(slot, other.kind === 'list' ? other.items : [])
  const order = orders.get(name)
  return order && beyond(slot, other, order)
}

interface Order {
  readonly kind: 'above' | 'below'
  readonly inclusive: boolean
}

function beyond(slot: number, limit: ExpressionNode, order: Order): FieldCondition | undefined {
  if (limit.kind !== 'literal' || typeof limit.value !== 'number') return undefined
  return { slot, limit: limit.value, ...order }
}

function oneOf(slot: number, items: readonly ExpressionNode[]): FieldCondition | undefined {
  const values = valuesOf(items)
  const kind = kindOf(values)
  return kind && { slot, kind, values: [...new Set(values)] }
}

const orders: ReadonlyMap<string, Order> = new Map([
  ['>', { kind: 'above', inclusive: false }],
  ['>=', { kind: 'above', inclusive: true }],
  ['<', { kind: 'below', inclusive: false }],
  ['<=', { kind: 'below', inclusive: true }],
])

/** Written values; none where one of them is computed, or null, which may be compared with any type. */
function valuesOf(nodes: readonly ExpressionNode[]): readonly PlainValue[] {
  const values = nodes.flatMap(node => (node.kind === 'literal' && node.value !== null ? [node.value] : []))
  return values.length === nodes.length ? values : []
}

/** The type of all the values, where they have one. */
function kindOf(values: readonly PlainValue[]): 'string' | 'number' | 'boolean' | undefined {
  const kinds = new Set(values.map(plainKind))
  const [only] = kinds
  return kinds.size === 1 ? only : undefined
}

function plainKind(value: PlainValue): 'string' | 'number' | 'boolean' {
  if (typeof value === 'string') return 'string'
  return typeof value === 'number' ? 'number' : 'boolean'
}
