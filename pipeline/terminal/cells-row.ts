import { cutText } from './cut-text.ts'
import { visibleText } from './visible-text.ts'

const GAP = '  '

/** A line of a table: each cell in its width, the last one in what is left of `columns`. A cell from outside may hold anything. */
export function cellsRow(cells: readonly string[], widths: readonly number[], columns = Infinity): string {
  const texts = cells.map((cell, index) => {
    const width = widths[index]
    const text = visibleText(cell)
    return width === undefined ? text : cutText(text, width).padEnd(width)
  })
  return cutText(texts.join(GAP).trimEnd(), columns)
}
