import { z } from 'zod'

/** The format of answers files that this program writes and reads. */
export const ANSWERS_FORMAT = 1

/** The first line of an answers file. */
export const answersHeaderSchema = z.object({ llmtrigger_answers: z.literal(ANSWERS_FORMAT) })

/** What a model said to a question: a line of an answers file. The last line of a question counts. */
export const recordedAnswerSchema = z.object({
  question_hash: z.string().regex(/^[0-9a-f]{64}$/, '64 hex digits'),
  /** The name in the configuration. */
  model: z.string(),
  text: z.string(),
  finish: z.enum(['stop', 'length', 'refusal', 'content_filter']),
  tokens: z.object({ input: z.int().min(0), output: z.int().min(0) }),
  latency_ms: z.number().min(0),
  asked_at: z.string(),
  /** The model did not take the question, and never will; absent where it answered. */
  error: z.object({ code: z.string(), message: z.string() }).optional(),
})

export type RecordedAnswer = z.infer<typeof recordedAnswerSchema>
