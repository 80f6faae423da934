import { problemDocumentSchema } from '../problem-document.ts'
import { problemTitles } from '../problem-titles.ts'
import type { JsonSchema, SchemaCollection } from './schema-collection.ts'

/** Every problem that there is, once, as a component that operations refer to. */
export function problemResponses(schemas: SchemaCollection): JsonSchema {
  const content = { 'application/problem+json': { schema: schemas.output(problemDocumentSchema) } }
  return Object.fromEntries(
    Object.entries(problemTitles).map(
      ([status, description]) => [`Problem${status}`, { description, content }] as const,
    ),
  )
}
