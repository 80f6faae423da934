import { readPrompt } from './script/read-prompt.ts'
import type { Event } from '../../schemas/event.ts'

/** The requests that are remembered: at most so many, and so many characters of prompts. */
export const REQUESTS_KEPT_MAX = 200
export const PROMPT_CHARACTERS_KEPT_MAX = 16 * 1024 * 1024

/** One remembered request. */
export interface LoggedRequest {
  readonly number: number
  readonly model: string
  readonly rule: string
  readonly events: readonly Event[]
}

export interface RequestLog {
  add(model: string, prompt: string): void
  /** The newest, oldest first. */
  last(count: number): readonly LoggedRequest[]
}

interface KeptRequest {
  readonly number: number
  readonly model: string
  readonly prompt: string
}

/** Remembers the newest requests; prompts are read only when they are asked for. */
export function createRequestLog(): RequestLog {
  const kept: KeptRequest[] = []
  let number = 0
  let characters = 0
  return {
    add(model, prompt) {
      number += 1
      kept.push({ number, model, prompt })
      characters += prompt.length
      while (kept.length > REQUESTS_KEPT_MAX || characters > PROMPT_CHARACTERS_KEPT_MAX) {
        characters -= kept.shift()?.prompt.length ?? characters
      }
    },
    last: count =>
      kept
        .slice(-Math.max(1, count))
        .map(({ prompt, ...request }) => ({ ...request, ...readPrompt(prompt) })),
  }
}
