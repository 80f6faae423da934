import OpenAI from 'openai'
import type { Call, Calls } from '../contender.ts'

/** Makes calls with the `openai` client, which repeats what was refused so many times by itself. */
export function openaiCaller(
  { baseUrl, signal }: Calls,
  maxRetries: number,
): (call: Call) => Promise<unknown> {
  const client = new OpenAI({ baseURL: baseUrl, apiKey: 'none', maxRetries, logLevel: 'off' })
  return ({ messages, outputTokensMax }) =>
    client.chat.completions.create(
      { model: 'simulated', messages: [...messages], max_completion_tokens: outputTokensMax },
      { signal },
    )
}
