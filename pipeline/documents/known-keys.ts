import { z } from 'zod'
import type { DocumentPath } from './place-of.ts'

type JsonSchema = z.core.JSONSchema.BaseSchema

/** The keys that a schema has a place for at a path, those of all its alternatives together. */
export function knownKeys(schema: z.ZodType, path: DocumentPath): readonly string[] {
  let current: readonly JsonSchema[] = [z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })]
  for (const step of path) current = current.flatMap(alternatives).flatMap(part => inside(part, step))
  return [...new Set(current.flatMap(alternatives).flatMap(part => Object.keys(part.properties ?? {})))]
}

function alternatives(schema: JsonSchema): readonly JsonSchema[] {
  const branches = [...(schema.anyOf ?? []), ...(schema.oneOf ?? []), ...(schema.allOf ?? [])]
  return [schema, ...branches.filter(isSchema).flatMap(alternatives)]
}

function inside(schema: JsonSchema, step: PropertyKey): readonly JsonSchema[] {
  if (typeof step === 'number') return [schema.items].flat().filter(isSchema)
  const named = schema.properties?.[String(step)]
  return [named ?? schema.additionalProperties].filter(isSchema)
}

function isSchema(value: unknown): value is JsonSchema {
  return typeof value === 'object' && value !== null
}
