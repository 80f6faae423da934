import type { Event } from '../../schemas/event.ts'
import type { FieldPath } from './field-path.ts'
import { ownField } from './own-field.ts'

/** Reads one field of an event; undefined where it is missing. */
export function eventField(event: Event, path: FieldPath): unknown {
  let value: unknown = event
  for (const name of path) value = ownField(value, name)
  return value
}
