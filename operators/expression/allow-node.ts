import type { ASTNode, ASTOperator } from '@marcbachmann/cel-js'
import type { ExpressionNode, ExpressionPart, Fault } from './expression-node.ts'

/** Most levels of nesting; a row of `&&` or of `||` is one level. */
export const EXPRESSION_DEPTH_MAX = 64

/** Turns a syntax tree into ours; what is not listed here is refused, with its position. */
export function allowNode(ast: ASTNode, faults: Fault[]): ExpressionNode {
  return allow(ast, { faults, depth: 0 })
}

interface Walk {
  readonly faults: Fault[]
  readonly depth: number
}

type NodeOf<Operator extends ASTOperator> = Extract<ASTNode, { readonly op: Operator }>
type BinaryNode = NodeOf<(typeof binaryOperators)[number]>

const binaryOperators = ['==', '!=', '<', '<=', '>', '>=', 'in', '+', '-', '*', '/', '%'] as const
const binary: ReadonlySet<string> = new Set(binaryOperators)

function allow(ast: ASTNode, above: Walk): ExpressionNode {
  return { ...allowPart(ast, above), start: ast.start, end: ast.end }
}

function allowPart(ast: ASTNode, above: Walk): ExpressionPart {
  const walk = { faults: above.faults, depth: above.depth + 1 }
  const at = ast.pos
  if (walk.depth > EXPRESSION_DEPTH_MAX) return tooDeep(walk, at)
  if (isBinary(ast)) return call(ast.op, at, allowAll(ast.args, walk))
  switch (ast.op) {
    case 'value':
      return literal(ast, walk)
    case 'id':
      return { kind: 'field', at, names: [ast.args] }
    case '.':
      return select(allow(ast.args[0], walk), ast.args[1], at)
    case '[]':
      return index(ast, walk)
    case 'list':
      return { kind: 'list', at, items: allowAll(ast.args, walk) }
    case '&&':
    case '||':
      return call(ast.op, at, allowAll(row(ast), walk))
    case '!_':
      return call('!', at, [allow(ast.args, walk)])
    case '-_':
      return negative(allow(ast.args, walk), at)
    case '?:':
      return call('?:', at, allowAll(ast.args, walk))
    case 'call':
      return call(ast.args[0], at, allowAll(ast.args[1], walk))
    case 'rcall':
      return call(ast.args[0], at, allowAll([ast.args[1], ...ast.args[2]], walk))
    default:
      return refuse(walk, at, ['not_supported', 'maps and optional fields are not supported in expressions'])
  }
}

function isBinary(ast: ASTNode): ast is BinaryNode {
  return binary.has(ast.op)
}

function allowAll(nodes: readonly ASTNode[], walk: Walk): readonly ExpressionNode[] {
  return nodes.map(node => allow(node, walk))
}

function call(name: string, at: number, args: readonly ExpressionNode[]): ExpressionPart {
  return { kind: 'call', at, name, args }
}

function refuse(walk: Walk, at: number, [code, message]: readonly [string, string]): ExpressionPart {
  walk.faults.push({ code, message, at })
  return { kind: 'refused', at }
}

/** Reported once: below, every branch would say it again. */
function tooDeep({ faults }: Walk, at: number): ExpressionPart {
  const fault = {
    code: 'limit_exceeded',
    message: `an expression has at most ${EXPRESSION_DEPTH_MAX} levels`,
    at,
  }
  if (!faults.some(({ code }) => code === fault.code)) faults.push(fault)
  return { kind: 'refused', at }
}

/** There is one number type: integer literals are numbers as well. */
function literal(ast: NodeOf<'value'>, walk: Walk): ExpressionPart {
  const { args: value, pos: at } = ast
  if (typeof value === 'bigint') {
    if (value <= 2n ** 53n) return { kind: 'literal', at, value: Number(value) }
    return refuse(walk, at, ['number_too_large', 'a whole number above 2^53 cannot be compared exactly'])
  }
  if (value === null || typeof value !== 'object') return { kind: 'literal', at, value }
  return refuse(walk, at, ['not_supported', 'unsigned numbers and bytes are not supported in expressions'])
}

function negative(node: ExpressionNode, at: number): ExpressionPart {
  if (node.kind === 'literal' && typeof node.value === 'number') {
    return { kind: 'literal', at, value: -node.value }
  }
  return call('-', at, [node])
}

function select(from: ExpressionNode, key: string | number, at: number): ExpressionPart {
  if (from.kind === 'refused') return from
  if (from.kind === 'field' && typeof key === 'string') {
    return { kind: 'field', at: from.at, names: [...from.names, key] }
  }
  return { kind: 'select', at, from, key }
}

function index(ast: NodeOf<'[]'>, walk: Walk): ExpressionPart {
  const from = allow(ast.args[0], walk)
  const key = allow(ast.args[1], walk)
  if (key.kind === 'literal' && (typeof key.value === 'string' || isPosition(key.value))) {
    return select(from, key.value, ast.pos)
  }
  return refuse(walk, key.at, ['not_supported', 'an index is a text or a whole number, written out'])
}

function isPosition(value: unknown): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0
}

/** The operands of a row of one logical operator, which the parser nests to the left. */
function row(ast: NodeOf<'&&' | '||'>): readonly ASTNode[] {
  const operands: ASTNode[] = []
  let left: ASTNode = ast
  while (left.op === ast.op) {
    operands.push(left.args[1])
    left = left.args[0]
  }
  return [left, ...operands.reverse()]
}
