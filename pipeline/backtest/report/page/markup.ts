import { stripInvisible } from '../../../../operators/asking/strip-invisible.ts'

/** A piece of a page: what `markup` has made, and nothing else. */
export interface Markup {
  readonly text: string
}

export type Content = string | number | null | Markup | readonly Content[]

/** Data is text whatever it looks like: only what was made here is taken for markup. */
const made = new WeakSet<Markup>()

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Writes markup; every text that is put into it is escaped, so that it is text, and cannot end an attribute either. */
export function markup(parts: TemplateStringsArray, ...contents: readonly Content[]): Markup {
  let text = parts[0] ?? ''
  contents.forEach((content, index) => {
    text += written(content) + (parts[index + 1] ?? '')
  })
  const piece = { text }
  made.add(piece)
  return piece
}

function written(content: Content): string {
  if (content === null) return ''
  if (typeof content === 'number') return `${content}`
  if (typeof content === 'string') return escaped(content)
  if (isList(content)) return content.map(written).join('')
  if (!made.has(content)) throw new Error('a piece that markup did not make')
  return content.text
}

function isList(content: Markup | readonly Content[]): content is readonly Content[] {
  return Array.isArray(content)
}

/** What a browser would not show, or shows as the end of something else, goes or is written as an entity. */
function escaped(text: string): string {
  return stripInvisible(text.toWellFormed()).replaceAll(/[&<>"']/g, character => entities[character] ?? '')
}
