import type { ExplainedPart } from '../../operators/explaining/explain-expression.ts'
import { printable } from '../terminal/printable.ts'
import type { Terminal } from '../terminal/process-terminal.ts'

/** Most parts of an expression that are shown, and most characters of the text and of the value of one. */
export const PARTS_SHOWN_MAX = 40
const TEXT_COLUMNS_MAX = 60
const VALUE_CHARACTERS_MAX = 60

/** What shows colours where there are any. */
export type Painter = Pick<Terminal, 'paint'>

interface Row {
  readonly text: string
  readonly part: ExplainedPart
}

/** An expression and its parts, a line each, indented as they are nested, with their values below each other. */
export function renderParts(part: ExplainedPart, terminal: Painter): readonly string[] {
  const rows = rowsOf(part, 0)
  const shown = rows.slice(0, PARTS_SHOWN_MAX)
  const width = Math.max(...shown.map(({ text }) => text.length))
  const lines = shown.map(({ text, part: { value, unknown } }) => {
    const words =
      unknown === undefined ? cut(shownValue(value), VALUE_CHARACTERS_MAX) : `unknown: ${printable(unknown)}`
    return `${text.padEnd(width)}  ${terminal.paint(colourOf({ value, unknown }), words)}`
  })
  const left = rows.length - shown.length
  return left > 0 ? [...lines, terminal.paint('dim', `and ${left} more parts`)] : lines
}

function rowsOf(part: ExplainedPart, depth: number): readonly Row[] {
  const text = printable(part.text).replaceAll(/\s+/g, ' ')
  const row = { text: '  '.repeat(depth) + cut(text, TEXT_COLUMNS_MAX), part }
  return [row, ...part.parts.flatMap(below => rowsOf(below, depth + 1))]
}

function cut(text: string, charactersMax: number): string {
  const characters = [...text]
  return characters.length <= charactersMax ? text : `${characters.slice(0, charactersMax - 1).join('')}…`
}

function shownValue(value: unknown): string {
  return printable(JSON.stringify(value))
}

function colourOf({ value, unknown }: { value: unknown; unknown: string | undefined }) {
  if (unknown !== undefined) return 'yellow'
  if (typeof value !== 'boolean') return 'dim'
  return value ? 'green' : 'red'
}
