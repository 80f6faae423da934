/** A field of an event: first a name of the envelope, then names inside `data`. */
export type FieldPath = readonly string[]

/** Resolves names as a user writes them: a first name that is not of the envelope is a field of `data`. */
export function fieldPath(names: readonly string[]): FieldPath {
  const [first] = names
  return first !== undefined && envelope.has(first) ? names : ['data', ...names]
}

const envelope: ReadonlySet<string> = new Set([
  'event_id',
  'event_type',
  'source',
  'timestamp',
  'context_key',
  'data',
])
