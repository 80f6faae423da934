import type { SourceConfig } from '../../schemas/config.ts'
import { ownField } from '../expression/own-field.ts'
import type { JsonObject } from './decode-event-object.ts'

/** The fields of an event as they were found, not checked yet. */
export type EventParts = { readonly [Name in keyof EventMap]?: unknown }

type EventMap = NonNullable<SourceConfig['map']>
type MappedField = NonNullable<EventMap[keyof EventMap]>

/**
 * Finds the fields of an event in a value of another shape.
 *
 * `data` is the whole value unless it is mapped; any other field that is not mapped is taken by its own name.
 */
export function decodeEventMap(root: JsonObject, map: EventMap): EventParts {
  const take = (name: Exclude<keyof EventMap, 'data'>): unknown => {
    const field = map[name]
    return field === undefined ? root[name] : mapped(root, field)
  }
  return {
    event_id: take('event_id'),
    event_type: take('event_type'),
    source: take('source'),
    timestamp: take('timestamp'),
    context_key: take('context_key'),
    data: map.data === undefined ? root : mapped(root, map.data),
  }
}

function mapped(root: JsonObject, field: MappedField): unknown {
  if ('const' in field) return field.const
  let value: unknown = root
  // The first step is `$`, the value itself.
  for (const name of field.path.split('.').slice(1)) value = ownField(value, name)
  return value
}
