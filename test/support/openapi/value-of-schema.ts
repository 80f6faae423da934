import fc from 'fast-check'
import { z } from 'zod'

type Json = Readonly<Record<string, unknown>>
type Components = Readonly<Record<string, unknown>>

const mappingSchema = z.record(z.string(), z.unknown())
const boundsSchema = z.looseObject({
  minimum: z.number().default(-1000),
  maximum: z.number().default(100_000),
  exclusiveMinimum: z.number().optional(),
  minLength: z.int().default(0),
  maxLength: z.int().default(40),
  minItems: z.int().default(0),
  maxItems: z.int().default(4),
  pattern: z.string().optional(),
  format: z.string().optional(),
})

/** What is above is never drawn: lists and texts of every length make no better requests. */
const LENGTH_MAX = 120

/** Values that fit a schema, as far as its types, bounds, patterns and choices go. */
export function valueOfSchema(schema: unknown, components: Components): fc.Arbitrary<unknown> {
  const { examples, ...others } = resolved(schema, components)
  const drawn = drawnOf(others, components)
  return Array.isArray(examples) ? fc.oneof(drawn, fc.constantFrom(...examples)) : drawn
}

function drawnOf(schema: Json, components: Components): fc.Arbitrary<unknown> {
  const { const: constant, enum: choices, anyOf, oneOf = anyOf, ...plain } = schema
  if (constant !== undefined) return fc.constant(constant)
  if (Array.isArray(choices)) return fc.constantFrom(...choices)
  if (Array.isArray(oneOf)) return fc.oneof(...oneOf.map(branch => valueOfSchema(branch, components)))
  const types = z.array(z.enum(['object', 'array', 'string', 'integer', 'number', 'boolean', 'null']))
  const named = types.parse([plain['type'] ?? []].flat())
  if (named.length === 0) return fc.jsonValue({ maxDepth: 2 })
  return fc.oneof(...named.map(type => byType[type](plain, components)))
}

function resolved(schema: unknown, components: Components): Json {
  const plain = mappingSchema.parse(schema)
  const { $ref: place } = plain
  return typeof place === 'string' ? resolved(components[place.split('/').at(-1) ?? ''], components) : plain
}

const byType = {
  object: objectOf,
  array: arrayOf,
  string: (schema: Json) => textOf(boundsSchema.parse(schema)),
  integer: (schema: Json) => {
    const { minimum, maximum, exclusiveMinimum = minimum } = boundsSchema.parse(schema)
    return fc.integer({ min: Math.max(minimum, exclusiveMinimum), max: maximum })
  },
  number: (schema: Json) => {
    const { minimum, maximum, exclusiveMinimum } = boundsSchema.parse(schema)
    const min = exclusiveMinimum === undefined ? minimum : exclusiveMinimum + 0.001
    return fc.double({ min, max: Math.max(min, maximum), noNaN: true })
  },
  boolean: () => fc.boolean(),
  null: () => fc.constant(null),
}

function arrayOf(schema: Json, components: Components): fc.Arbitrary<unknown> {
  const { minItems, maxItems } = boundsSchema.parse(schema)
  const item = valueOfSchema(schema['items'] ?? {}, components)
  return fc.array(item, { minLength: minItems, maxLength: Math.min(maxItems, Math.max(4, minItems)) })
}

function textOf({
  format,
  pattern,
  minLength,
  maxLength,
}: z.infer<typeof boundsSchema>): fc.Arbitrary<string> {
  if (format === 'date-time') return fc.date({ noInvalidDate: true }).map(date => date.toISOString())
  if (pattern !== undefined) return fc.stringMatching(new RegExp(pattern))
  return fc.string({
    minLength,
    maxLength: Math.min(maxLength, Math.max(LENGTH_MAX, minLength)),
    unit: 'grapheme',
  })
}

function objectOf(schema: Json, components: Components): fc.Arbitrary<unknown> {
  const properties = mappingSchema.parse(schema['properties'] ?? {})
  const required = z.array(z.string()).parse(schema['required'] ?? [])
  const known = fc.record(
    Object.fromEntries(
      Object.entries(properties).map(([name, property]) => [name, valueOfSchema(property, components)]),
    ),
    { requiredKeys: required.filter(name => name in properties) },
  )
  const others = schema['additionalProperties']
  if (typeof others !== 'object' || others === null) return known
  const more = fc.dictionary(fc.string({ maxLength: 12 }), valueOfSchema(others, components), { maxKeys: 3 })
  return fc.tuple(more, known).map(([extra, own]) => ({ ...extra, ...own }))
}
