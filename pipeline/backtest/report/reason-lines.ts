import { wrapText } from '../../demo/wrap-text.ts'
import { cutText } from '../../terminal/cut-text.ts'
import { visibleText } from '../../terminal/visible-text.ts'

const LINES_MAX = 3
const MORE = ' …'

/** A reason in at most three lines, the last of which says so where there is more. */
export function reasonLines(reason: string | null, width: number): readonly string[] {
  const lines = wrapText(visibleText(reason ?? ''), width).filter(line => line !== '')
  if (lines.length <= LINES_MAX) return lines
  const last = cutText(lines[LINES_MAX - 1] ?? '', width - MORE.length)
  return [...lines.slice(0, LINES_MAX - 1), `${last}${MORE}`]
}
