import { markup, type Markup } from '../markup.ts'
import { percent } from './percent.ts'

export interface BarPart {
  /** How it is coloured. */
  readonly name: string
  readonly amount: number
}

/** One bar of parts that together are `whole`; nothing where that is 0. */
export function shareBar(parts: readonly BarPart[], whole: number): Markup {
  let from = 0
  const drawn = parts
    .filter(({ amount }) => amount > 0 && whole > 0)
    .map(({ name, amount }) => {
      const x = from
      from += amount / whole
      const start = x === 0 ? null : markup` x="${percent(x)}"`
      return markup`<rect class="${name}"${start} width="${percent(amount / whole)}"/>`
    })
  return markup`<svg class="bar" aria-hidden="true">${drawn}</svg>`
}
