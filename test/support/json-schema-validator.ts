import { createRequire } from 'node:module'
import { z } from 'zod'

/** What is wrong with a value, by a schema; nothing where it fits. */
export type SchemaFaults = (value: unknown) => readonly string[]

const functionSchema = z.custom<(...given: readonly unknown[]) => unknown>(
  value => typeof value === 'function',
)
const ajvSchema = z.looseObject({
  compile: functionSchema,
  addKeyword: functionSchema,
  errorsText: functionSchema,
})

/**
 * Compiles schemas of JSON Schema 2020-12 with the validator that comes with fastify, which has no part in making them.
 * A schema may carry the `components` that it refers to.
 */
export function jsonSchemaValidator(): (schema: object) => SchemaFaults {
  const require = createRequire(import.meta.resolve('@fastify/ajv-compiler'))
  const Ajv: { default: new (options: object) => unknown } = require('ajv/dist/2020.js')
  const addFormats: { default: (ajv: unknown) => void } = createRequire(import.meta.url)('ajv-formats')
  const made = new Ajv.default({ strict: true, strictTypes: false, strictRequired: false, allErrors: true })
  addFormats.default(made)
  const ajv = ajvSchema.parse(made)
  ajv.addKeyword.call(made, 'components')
  return schema => {
    const validate = functionSchema.parse(ajv.compile.call(made, schema))
    return value => {
      if (validate(value) === true) return []
      return [String(ajv.errorsText.call(made, Reflect.get(validate, 'errors')))]
    }
  }
}
