import { cutText } from '../../terminal/cut-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { visibleText } from '../../terminal/visible-text.ts'

export interface TableColumn {
  readonly title: string
  readonly align: 'left' | 'right'
  /** Gives way when the terminal is narrow, down to so many characters. */
  readonly shrinksTo?: number
  /** Is left out before another one would be cut off; 1 goes first. */
  readonly leavesAs?: number
}

const GAP = '  '

/** Rows under their titles, each column as wide as its widest cell; where that is too wide, columns shrink or are left out. */
export function alignedTable(
  allColumns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  { columns: width, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const allCells = rows.map(row => row.map(visibleText))
  const kept = keptColumns(allColumns, naturalWidths(allColumns, allCells), width)
  const columns = allColumns.filter((_, index) => kept.has(index))
  const cells = allCells.map(row => row.filter((_, index) => kept.has(index)))
  const widths = shrunk(columns, naturalWidths(columns, cells), width)
  const line = (row: readonly string[]) => cutText(row.map(padded(columns, widths)).join(GAP), width)
  return [paint('dim', line(columns.map(({ title }) => title))), ...cells.map(line)]
}

/** Which columns stay, so that the others fit when they have shrunk as far as they may. */
function keptColumns(
  columns: readonly TableColumn[],
  natural: readonly number[],
  width: number,
): ReadonlySet<number> {
  const kept = new Set(columns.keys())
  const least = (index: number) => Math.min(natural[index] ?? 0, columns[index]?.shrinksTo ?? Infinity)
  const leaving = [...columns.entries()]
    .flatMap(([index, { leavesAs }]) => (leavesAs === undefined ? [] : [{ index, leavesAs }]))
    .sort((one, other) => one.leavesAs - other.leavesAs)
  for (const { index } of leaving) {
    const total = [...kept].reduce((sum, each) => sum + least(each) + GAP.length, -GAP.length)
    if (total <= width) break
    kept.delete(index)
  }
  return kept
}

function padded(columns: readonly TableColumn[], widths: readonly number[]) {
  return (cell: string, index: number) => {
    const size = widths[index] ?? 0
    const shown = cutText(cell, size)
    return columns[index]?.align === 'right' ? shown.padStart(size) : shown.padEnd(size)
  }
}

function naturalWidths(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
): readonly number[] {
  return columns.map(({ title }, index) =>
    rows.reduce((widest, row) => Math.max(widest, row[index]?.length ?? 0), title.length),
  )
}

/** The widest that may shrink gives way first, one character at a time. */
function shrunk(
  columns: readonly TableColumn[],
  natural: readonly number[],
  width: number,
): readonly number[] {
  const widths = [...natural]
  const total = () => widths.reduce((sum, size) => sum + size, GAP.length * (widths.length - 1))
  while (total() > width) {
    const spare = columns.map(({ shrinksTo }, index) => (widths[index] ?? 0) - (shrinksTo ?? Infinity))
    const widest = spare.indexOf(Math.max(...spare))
    if ((spare[widest] ?? 0) <= 0) break
    widths[widest] = (widths[widest] ?? 0) - 1
  }
  return widths
}
