import type { Event } from '../../schemas/event.ts'

/** A JSON object. */
export type JsonObject = Event['data']

/** The value as an object, where it is one; undefined for a list, null and all else. Only for values parsed from JSON. */
export function decodeEventObject(value: unknown): JsonObject | undefined {
  return isJsonObject(value) ? value : undefined
}

function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
