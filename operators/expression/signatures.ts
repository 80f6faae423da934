import type { Form, Kind } from './operand.ts'

/** One list of operands that a form takes, and the kind of the result. */
export type Signature = readonly [takes: readonly Kind[], gives: Kind]

/** Types a form by a list of signatures; `any` fits everywhere, and where several fit the result may be `any`. */
export function signatures(...list: readonly Signature[]): Form['typed'] {
  return kinds => {
    const results = new Set(list.filter(([takes]) => fitsAll(kinds, takes)).map(([, gives]) => gives))
    const [only] = results
    return results.size > 1 ? 'any' : only
  }
}

function fitsAll(kinds: readonly Kind[], takes: readonly Kind[]): boolean {
  return kinds.length === takes.length && takes.every((taken, index) => fits(kinds[index], taken))
}

function fits(kind: Kind | undefined, taken: Kind): boolean {
  return kind === taken || kind === 'any' || taken === 'any'
}
