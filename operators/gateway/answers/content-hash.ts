import { hash } from 'node:crypto'
import type { Prompt } from '../../asking/build-prompt.ts'

/** What is asked beside the prompt, the same for every question of a rule to a model. */
export interface AskedModel {
  readonly baseUrl: string
  /** The provider's name of the model. */
  readonly modelId: string
  readonly temperature: number
  /** The configured limit: one that is learned would make each question a new one. */
  readonly outputTokensMax: number
  readonly answerSchema: Readonly<Record<string, unknown>>
}

/**
 * Hashes questions to one model: 64 hex digits that are the same for two questions with the same answer.
 *
 * How the endpoint wants its parameters written (its dialect) is no part of it. Of an event counts what the model reads but
 * for the id, so its `timestamp` does: five logins in ten seconds are another question than five in an hour, and an answer
 * to the wrong one would be a false alert, while a question too many only costs a call.
 */
export function contentHash(asked: AskedModel): (prompt: Pick<Prompt, 'contentHash'>) => string {
  const { baseUrl, modelId, temperature, outputTokensMax, answerSchema } = asked
  // Hashed once, so that a question costs one block more and not the whole schema.
  const model = hash('sha256', JSON.stringify([baseUrl, modelId, temperature, outputTokensMax, answerSchema]))
  return prompt => hash('sha256', `${prompt.contentHash}${model}`)
}
