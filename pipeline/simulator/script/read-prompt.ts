import { eventSchema } from '../../../schemas/event.ts'
import type { Event } from '../../../schemas/event.ts'

export interface ReadPrompt {
  /** The rule in plain language; empty when the prompt is not one of ours. */
  readonly rule: string
  /** The events between the fence lines; one that was cut to fit cannot be read and is left out. */
  readonly events: readonly Event[]
}

const FENCED = /\n<<<events ([0-9a-f]{32})\n(.*)\n>>>events \1\n/s
const RULE_START = 'Rule:\n'
const RULE_END = '\n\nEvents: '

/** Reads the rule and the events back out of a prompt. */
export function readPrompt(prompt: string): ReadPrompt {
  const match = FENCED.exec(prompt)
  const lines = match?.[2]?.split('\n') ?? []
  return { rule: ruleOf(prompt.slice(0, match?.index ?? 0)), events: lines.flatMap(readEvent) }
}

function ruleOf(head: string): string {
  const start = head.indexOf(RULE_START)
  const end = head.lastIndexOf(RULE_END)
  return start < 0 || end < start ? '' : head.slice(start + RULE_START.length, end)
}

function readEvent(line: string): readonly Event[] {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    // The one event that was cut: it has a mark in place of its end.
    return []
  }
  const parsed = eventSchema.safeParse(value)
  return parsed.success ? [parsed.data] : []
}
