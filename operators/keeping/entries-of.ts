import { concatMap, EMPTY, type Observable, of, type OperatorFunction } from 'rxjs'
import type { z } from 'zod'
import type { TableChange } from './kept-table.ts'

export interface EntriesOfOptions<T> {
  /** Of the keys of this kind; it is left out of the entries. */
  readonly prefix: string
  readonly schema: z.ZodType<T>
  /** A value that does not fit the schema was passed over: the entry stays as it was. */
  readonly onFault: (key: string, reason: string) => void
}

export interface TableEntry<T> {
  readonly key: string
  /** Null: the entry is gone. */
  readonly value: T | null
}

/**
 * The entries of one kind of a table that holds several.
 *
 * Shape:  zero or one out for each change; order kept.
 * State:  none.
 * Errors: source errors pass through.
 */
export function entriesOf<T>(options: EntriesOfOptions<T>): OperatorFunction<TableChange, TableEntry<T>> {
  return changes$ => changes$.pipe(concatMap(change => entryOf(change, options)))
}

function entryOf<T>(
  change: TableChange,
  { prefix, schema, onFault }: EntriesOfOptions<T>,
): Observable<TableEntry<T>> {
  if (change.kind === 'current' || !change.key.startsWith(prefix)) return EMPTY
  const key = change.key.slice(prefix.length)
  if (change.value === null) return of({ key, value: null })
  const parsed = schema.safeParse(change.value)
  if (parsed.success) return of({ key, value: parsed.data })
  const places = parsed.error.issues.map(({ path }) => path.join('.') || 'the value')
  onFault(change.key, `it does not fit at ${places.join(', ')}`)
  return EMPTY
}
