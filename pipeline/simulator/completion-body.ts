import type { ScriptedAnswer } from './script/compile-script.ts'
import type { Question } from './read-question.ts'

export interface CompletionBody {
  readonly choices: readonly unknown[]
  readonly usage: {
    readonly prompt_tokens: number
    readonly completion_tokens: number
    readonly total_tokens: number
  }
}

const CHARACTERS_PER_TOKEN = 4

/** An answer as OpenAI writes it. */
export function completionBody(question: Question, answer: ScriptedAnswer, number: number): CompletionBody {
  const { model, inputTokens } = question
  const outputTokens = Math.ceil(answer.text.length / CHARACTERS_PER_TOKEN)
  const choice = {
    index: 0,
    message: { role: 'assistant', content: answer.text, refusal: null },
    logprobs: null,
    finish_reason: answer.finishReason,
  }
  const completion = { id: `chatcmpl-${number}`, object: 'chat.completion', created: number, model }
  return {
    ...completion,
    choices: [choice],
    usage: {
      prompt_tokens: inputTokens,
      completion_tokens: outputTokens,
      total_tokens: inputTokens + outputTokens,
    },
  }
}
