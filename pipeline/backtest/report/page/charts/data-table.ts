import { type Content, markup, type Markup } from '../markup.ts'

export interface DataColumn {
  readonly title: string
  readonly kind: 'text' | 'number' | 'plot'
  /** What the title stands for. */
  readonly hint?: string
}

/** What a cell shows; `value`: what it is sorted by, where that is no text. */
export type DataCell = string | { readonly shown: Content; readonly value?: number }

export interface DataTable {
  readonly caption: string
  readonly columns: readonly DataColumn[]
  readonly rows: readonly (readonly DataCell[])[]
  /** Whether a reader may sort it. */
  readonly sortable?: boolean
  /** A long one scrolls in a box of its own, a narrow one takes no more room than it needs. */
  readonly size?: 'long' | 'narrow'
}

/** A table whose first column names the rows; too wide for the screen, it scrolls by itself. */
export function dataTable({ caption, columns, rows, sortable = false, size }: DataTable): Markup {
  const heads = columns.map(({ title, kind, hint }) => {
    return markup`<th scope="col"${classOf(kind)}${hint === undefined ? null : markup` title="${hint}"`}>${title}</th>`
  })
  const body = rows.map(row => markup`<tr>${row.map((cell, index) => cellOf(cell, index, columns))}</tr>`)
  return markup`<div class="scroll ${size ?? ''}" tabindex="0" role="region" aria-label="${caption}"
    ><table class="${sortable ? 'sortable' : 'plain'}"><caption>${caption}</caption
    ><thead><tr>${heads}</tr></thead><tbody>${body}</tbody></table></div>`
}

function cellOf(cell: DataCell, index: number, columns: readonly DataColumn[]): Markup {
  const { shown, value } = typeof cell === 'string' ? { shown: cell, value: undefined } : cell
  const kind = classOf(columns[index]?.kind ?? 'text')
  if (index === 0) return markup`<th scope="row"${kind}>${shown}</th>`
  return markup`<td${kind}${value === undefined ? null : markup` data-value="${value}"`}>${shown}</td>`
}

function classOf(kind: DataColumn['kind']): Markup | null {
  return kind === 'text' ? null : markup` class="${kind}"`
}
