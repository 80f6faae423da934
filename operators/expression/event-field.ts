import type { Event } from '../../schemas/event.ts'
import type { FieldPath } from './field-path.ts'
import { ownField } from './own-field.ts'

/** Reads one field of an event; undefined where it is missing. */
export function eventField(event: Event, path: FieldPath): unknown {
  // Most fields are of the data, and need not be looked up by its name.
  let value: unknown = path[0] === 'data' ? event.data : ownField(event, path[0] ?? '')
  for (let at = 1; at < path.length; at += 1) value = ownField(value, path[at] ?? '')
  return value
}
