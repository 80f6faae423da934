import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'

/** What a call takes, where nobody can count it. */
export type TokenEstimate = (request: ModelRequest) => ModelReply['tokens']

/** The usual rule of thumb for English text and JSON, and what the simulator counts by; right on the average, not at most. */
const CHARACTERS_PER_TOKEN = 4
/** A verdict with a reason of one or two sentences. */
const OUTPUT_TOKENS = 60

/** Counts four characters as a token, and each answer as long as any other. */
export function tokenEstimate({ messages }: ModelRequest): ModelReply['tokens'] {
  const characters = messages.reduce((sum, { content }) => sum + content.length, 0)
  return { input: Math.ceil(characters / CHARACTERS_PER_TOKEN), output: OUTPUT_TOKENS }
}
