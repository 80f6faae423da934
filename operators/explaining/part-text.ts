import type { ExpressionNode } from '../expression/expression-node.ts'

/** The text of a part of an expression, and where it begins. */
export interface PartText {
  readonly text: string
  readonly start: number
}

/** Cuts a part out of its expression. The parser leaves out brackets at its ends, which belong to what is inside. */
export function partText(source: string, { start, end }: ExpressionNode): PartText {
  const { unopened, unclosed } = brackets(source.slice(start, end))
  let [from, to] = [start, end]
  for (let left = unopened; left > 0; left -= 1) from = source.lastIndexOf('(', from - 1)
  for (let left = unclosed; left > 0; left -= 1) to = source.indexOf(')', to) + 1
  return { text: source.slice(from, to), start: from }
}

const textsAndBrackets = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[()]/gs

function brackets(text: string): { unopened: number; unclosed: number } {
  let [unopened, unclosed] = [0, 0]
  for (const [found] of text.matchAll(textsAndBrackets)) {
    if (found === '(') unclosed += 1
    else if (found === ')' && unclosed > 0) unclosed -= 1
    else if (found === ')') unopened += 1
  }
  return { unopened, unclosed }
}
