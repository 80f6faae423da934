import type { styleText } from 'node:util'

export type Style = Extract<Parameters<typeof styleText>[0], string>

/** Puts text into a style, or leaves it as it is where the output shows none. */
export type Paint = (style: Style, text: string) => string

/** A piece of a line. */
export type Span = string | { readonly text: string; readonly style: Style }

/** Joins pieces to a line of at most `columns` characters; what is cut off ends in an ellipsis. */
export function paintLine(spans: readonly Span[], columns: number, paint: Paint): string {
  let line = ''
  let left = columns
  for (const span of spans) {
    const { text, style } = typeof span === 'string' ? { text: span, style: null } : span
    const characters = [...text]
    const shown = characters.length > left ? `${characters.slice(0, Math.max(0, left - 1)).join('')}…` : text
    line += style === null ? shown : paint(style, shown)
    left -= Math.min(characters.length, left)
    if (left === 0) break
  }
  return line
}
