import type { FieldChange } from '../../rules-api/diff-rules.ts'
import { printable } from '../../terminal/printable.ts'

/** Most characters of a value that are shown. */
const VALUE_CHARACTERS_MAX = 100

/** Changes of a rule field by field, a line each. */
export function renderChanges(changes: readonly FieldChange[]): string {
  return changes
    .map(({ path, before, after }) => `  ${printable(path)}: ${shown(before)} -> ${shown(after)}\n`)
    .join('')
}

function shown(value: unknown): string {
  if (value === null) return 'none'
  const text = printable(JSON.stringify(value))
  return text.length > VALUE_CHARACTERS_MAX ? `${text.slice(0, VALUE_CHARACTERS_MAX)}…` : text
}
