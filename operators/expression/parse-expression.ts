import { Environment, ParseError } from '@marcbachmann/cel-js'
import { allowNode, EXPRESSION_DEPTH_MAX } from './allow-node.ts'
import type { ExpressionNode, Fault } from './expression-node.ts'

/** Longest expression, in characters. */
export const EXPRESSION_CHARACTERS_MAX = 4096
/** Most nodes of the syntax tree. */
export const EXPRESSION_NODES_MAX = 512

/** The tree, and every fault found on the way to it; null where the text has no tree at all. */
export interface Parsed {
  readonly node: ExpressionNode | null
  readonly faults: readonly Fault[]
}

/** Parses the text as CEL and keeps what the allow-list permits. The text is never evaluated. */
export function parseExpression(source: string): Parsed {
  if (source.length > EXPRESSION_CHARACTERS_MAX) {
    const message = `an expression has at most ${EXPRESSION_CHARACTERS_MAX} characters, this one has ${source.length}`
    return { node: null, faults: [{ code: 'too_long', message, at: EXPRESSION_CHARACTERS_MAX }] }
  }
  try {
    const faults: Fault[] = []
    return { node: allowNode(syntax.parse(source).ast, faults), faults }
  } catch (error) {
    if (error instanceof ParseError) return { node: null, faults: [syntaxFault(error, source)] }
    // The parser does not count `!` and `-` as depth: a long row of them can use up the stack.
    if (error instanceof RangeError) return { node: null, faults: [{ ...tooLarge, at: 0 }] }
    throw error
  }
}

const LIST_ITEMS_MAX = 1000
const ARGUMENTS_MAX = 16

const tooLarge = {
  code: 'limit_exceeded',
  message:
    `the expression is too large: at most ${EXPRESSION_NODES_MAX} parts, ${EXPRESSION_DEPTH_MAX} levels, ` +
    `${LIST_ITEMS_MAX} list elements and ${ARGUMENTS_MAX} arguments`,
}

// Used for its grammar alone.
const syntax = new Environment({
  unlistedVariablesAreDyn: true,
  limits: {
    maxAstNodes: EXPRESSION_NODES_MAX,
    maxDepth: EXPRESSION_DEPTH_MAX,
    maxListElements: LIST_ITEMS_MAX,
    maxCallArguments: ARGUMENTS_MAX,
  },
})

const advice: ReadonlyMap<string, string> = new Map([
  ['=', 'write =='],
  ['&', 'write &&'],
  ['|', 'write ||'],
  ['and', 'write &&'],
  ['or', 'write ||'],
  ['in', 'after a dot, write ["in"]'],
])

function syntaxFault(error: ParseError, source: string): Fault {
  const { start, end } = error.range ?? { start: 0, end: 0 }
  const text = source.slice(start, Math.min(end, start + 20)).trim()
  switch (error.code) {
    case 'limit_exceeded':
      return { ...tooLarge, at: start }
    case 'reserved_identifier':
      return { code: error.code, message: `${text} is a reserved word: write data.${text}`, at: start }
    case 'unexpected_character':
    case 'unexpected_token':
    case 'expected_token':
      return { code: error.code, message: unexpected(text), at: start }
    default:
      return { code: error.code, message: error.summary, at: start }
  }
}

function unexpected(text: string): string {
  if (text === '') return 'the expression ends too early'
  const hint = advice.get(text)
  return hint === undefined ? `${text} is not expected here` : `${text} is not expected here: ${hint}`
}
