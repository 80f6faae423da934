import { z } from 'zod'
import { ruleSchema } from '../../schemas/rule.ts'

/** The JSON Schema of a rule in a file, for editors: what has a default may be left out. */
export function ruleJsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(ruleSchema, {
    io: 'input',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => {
      // It says less than the format, at great length.
      if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
    },
  })
  return { $schema, $id: 'urn:llmtrigger:rule', title: 'A rule of llmtrigger', ...schema }
}
