import { printable } from '../terminal/printable.ts'
import type { Problem } from './problem.ts'

/** Most characters of a source line that are shown. */
const FRAME_WIDTH_MAX = 100

/** A problem as lines for a terminal: `file:line:column: path: message`, and the source line with a caret below. */
export function renderProblem(problem: Problem): string {
  const { file, line, column, path, message, expression } = problem
  const place = line === undefined ? file : `${file}:${line}:${column ?? 1}`
  const within = expression === undefined ? '' : ` (expression ${expression.line}:${expression.column})`
  const head = printable([place, path, message].filter(part => part !== '').join(': ')) + within
  if (problem.sourceLine === undefined || column === undefined) return head
  return `${head}\n${frame(problem.sourceLine, column)}`
}

function frame(sourceLine: string, column: number): string {
  const from = Math.max(0, Math.min(column - 1 - FRAME_WIDTH_MAX / 2, sourceLine.length - FRAME_WIDTH_MAX))
  const shown = sourceLine.slice(from, from + FRAME_WIDTH_MAX).trimEnd()
  const padding = shown.slice(0, column - 1 - from).replaceAll(/[^\t]/g, ' ')
  return `    ${printable(shown)}\n    ${padding}^`
}
