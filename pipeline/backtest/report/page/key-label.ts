import { cutText } from '../../../terminal/cut-text.ts'
import { markup, type Markup } from './markup.ts'

/** A longer key is cut on the page; `--json` has it whole. */
const KEY_CHARACTERS_MAX = 80
/** From so many on the style may cut it, and the pointer tells it. */
const SHOWN_CHARACTERS_MIN = 12

/** A key, in no more room than a table has for it. */
export function keyLabel(key: string): Markup {
  const shown = cutText(key, KEY_CHARACTERS_MAX)
  if (shown.length < SHOWN_CHARACTERS_MIN) return markup`<span class="key">${shown}</span>`
  return markup`<span class="key" title="${shown}">${shown}</span>`
}
