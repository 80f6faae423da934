import { z } from 'zod'
import { isMapping } from '../../documents/is-mapping.ts'
import { patchOf } from './patch-of.ts'

export type JsonSchema = Readonly<Record<string, unknown>>

type Direction = 'input' | 'output'

const COMPONENTS = '#/components/schemas/'

/**
 * The JSON Schemas of one OpenAPI document: a schema with an id stands once, among the components, and is referred to.
 * State: the named schemas that were met so far.
 */
export class SchemaCollection {
  private readonly named = new Map<string, JsonSchema>()

  /** What is sent to the API: what has a default may be left out. */
  input(schema: z.ZodType): JsonSchema {
    return this.add(schema, 'input')
  }

  /** What the API answers: defaults are filled in, and readers take fields that they do not know. */
  output(schema: z.ZodType): JsonSchema {
    return this.add(schema, 'output')
  }

  /** A JSON merge patch of such a thing. */
  patch(schema: z.ZodType): JsonSchema {
    const { root, named } = convert(schema, 'input')
    const whole = typeof root['$ref'] === 'string' ? Object.values(named)[0] : root
    return patchOf(isMapping(whole) ? whole : root)
  }

  get components(): Readonly<Record<string, JsonSchema>> {
    return Object.fromEntries([...this.named].toSorted(([a], [b]) => (a < b ? -1 : 1)))
  }

  private add(schema: z.ZodType, direction: Direction): JsonSchema {
    const { root, named } = convert(schema, direction)
    for (const [id, definition] of Object.entries(named)) {
      this.named.set(nameOf(id, direction), withPlaces(definition, direction))
    }
    return withPlaces(root, direction)
  }
}

interface Converted {
  readonly root: JsonSchema
  readonly named: Readonly<Record<string, JsonSchema>>
}

function convert(schema: z.ZodType, io: Direction): Converted {
  const {
    $schema: _,
    $defs,
    ...root
  } = z.toJSONSchema(schema, {
    io,
    // What is made by a function has no schema of its own.
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      tidy(jsonSchema, io)
    },
  })
  return { root, named: { ...$defs } }
}

/** Takes out what says nothing to people. */
function tidy(schema: z.core.JSONSchema.BaseSchema, io: Direction): void {
  if (schema.format === 'date-time') delete schema.pattern
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum
  if (io === 'output' && schema.additionalProperties === false) delete schema.additionalProperties
}

/** Points to where the named schemas stand in the document. */
function withPlaces(schema: JsonSchema, direction: Direction): JsonSchema {
  const moved = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(moved)
    return isMapping(value) ? withPlaces(value, direction) : value
  }
  const entries = Object.entries(schema).map(([key, value]) => {
    const isPlace = key === '$ref' && typeof value === 'string'
    const place = isPlace && `${COMPONENTS}${nameOf(value.replace('#/$defs/', ''), direction)}`
    return [key, isPlace ? place : moved(value)] as const
  })
  return Object.fromEntries(entries)
}

/** What is sent and what is answered differ in what is needed. */
function nameOf(id: string, direction: Direction): string {
  return direction === 'input' ? `${id}Input` : id
}
