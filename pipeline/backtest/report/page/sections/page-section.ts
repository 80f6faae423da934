import { type Content, markup, type Markup } from '../markup.ts'

export interface SectionFacts {
  /** Its place on the page. */
  readonly id: string
  readonly title: string
  readonly note?: string
}

/** A part of the page, with its heading. */
export function pageSection({ id, title, note }: SectionFacts, content: Content): Markup {
  const about = note === undefined ? null : markup`<p class="note">${note}</p>`
  return markup`<section id="${id}" aria-labelledby="${id}-title"
    ><div class="head"><h2 id="${id}-title">${title}</h2>${about}</div>${content}</section>`
}
