import { NAME_CHARACTERS_MAX, type Event } from '../../schemas/event.ts'
import { eventField } from '../expression/event-field.ts'
import { fieldPath } from '../expression/field-path.ts'

/**
 * The key by which a rule groups an event; undefined where there is none.
 *
 * One field gives its string form, several the JSON array of their values, none the event's `context_key`.
 */
export function keyOf(event: Event, groupBy: readonly string[] | undefined): string | undefined {
  const key = groupBy === undefined ? event.context_key : groupKey(event, groupBy)
  return key === undefined || key.length > NAME_CHARACTERS_MAX ? undefined : key
}

function groupKey(event: Event, groupBy: readonly string[]): string | undefined {
  const values: (string | number | boolean)[] = []
  for (const field of groupBy) {
    const value = eventField(event, fieldPath(field.split('.')))
    if (!isKeyPart(value)) return undefined
    values.push(value)
  }
  const [only] = values
  return values.length === 1 ? String(only) : JSON.stringify(values)
}

function isKeyPart(value: unknown): value is string | number | boolean {
  return typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value)
}
