import { z } from 'zod'

const fieldProblemSchema = z.object({
  path: z.string().describe('Dotted, such as rule_config.llm_config.batch_size; empty for the whole.'),
  message: z.string(),
  line: z.int().min(1).optional().describe('Within the expression, for a problem in one.'),
  column: z.int().min(1).optional(),
})

/** One thing that is wrong with what was sent. */
export type FieldProblem = Readonly<z.infer<typeof fieldProblemSchema>>

/** What is answered where something went wrong (RFC 9457). */
export const problemDocumentSchema = z
  .object({
    type: z.literal('about:blank'),
    title: z.string(),
    status: z.int().min(400).max(599),
    code: z.string().describe('For programs; it does not change, the texts may.'),
    detail: z.string().describe('For people: what is wrong, and what to do about it.'),
    problems: z.array(fieldProblemSchema).optional().describe('Each field that is wrong.'),
  })
  .meta({ id: 'Problem', description: 'What went wrong (RFC 9457).' })

export type ProblemDocument = z.infer<typeof problemDocumentSchema>
