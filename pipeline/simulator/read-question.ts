import { z } from 'zod'

/** A chat completion request, as far as the simulator looks at it. */
export interface Question {
  readonly model: string
  /** All that was said by system and user; earlier answers of the model are no part of the question. */
  readonly prompt: string
  readonly inputTokens: number
  /** The output that it asks for, at most; 0 where it does not say. */
  readonly outputTokensMax: number
}

const questionSchema = z.object({
  model: z.string().min(1),
  messages: z.array(z.object({ role: z.string(), content: z.string() })).min(1),
  max_tokens: z.int().min(1).nullish(),
  max_completion_tokens: z.int().min(1).nullish(),
  // Answers are never streamed.
  stream: z.literal(false).nullish(),
})

const CHARACTERS_PER_TOKEN = 4

/** Reads the body of a request; undefined when it is none that the simulator answers. */
export function readQuestion(body: unknown): Question | undefined {
  const parsed = questionSchema.safeParse(body)
  if (!parsed.success) return undefined
  const { model, messages, max_tokens: tokensMax, max_completion_tokens: completionTokensMax } = parsed.data
  const characters = messages.reduce((total, { content }) => total + content.length, 0)
  const inputTokens = Math.ceil(characters / CHARACTERS_PER_TOKEN)
  const said = messages.filter(({ role }) => role !== 'assistant').map(({ content }) => content)
  return {
    model,
    prompt: said.join('\n\n'),
    inputTokens,
    outputTokensMax: completionTokensMax ?? tokensMax ?? 0,
  }
}
