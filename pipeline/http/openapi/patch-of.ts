import { isMapping } from '../../documents/is-mapping.ts'

type JsonSchema = Readonly<Record<string, unknown>>

/** The schema of a JSON merge patch (RFC 7396) of what a schema describes: nothing is needed, and null takes a key away. */
export function patchOf({ required: _, default: __, properties, ...schema }: JsonSchema): JsonSchema {
  if (!isMapping(properties)) return schema
  const patched = Object.entries(properties).map(([name, property]) => [name, orNull(property)])
  return { ...schema, properties: Object.fromEntries(patched) }
}

function orNull(property: unknown): unknown {
  return { anyOf: [isMapping(property) ? patchOf(property) : property, { type: 'null' }] }
}
