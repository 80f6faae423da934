import { z } from 'zod'
import { isoTime } from '../../operators/lanes/iso-time.ts'
import { modeOf } from '../../operators/windows/mode-of.ts'
import type { OpenWindow } from '../../operators/windows/window-book.ts'

/** What is said of an open window. */
export const windowSchema = z.object({
  rule_id: z.string(),
  rule_version: z.int().describe('The version that the window took when it opened.'),
  key: z.string(),
  mode: z.string(),
  events: z.int().describe('How many it holds.'),
  size: z.int().nullable().describe('With how many it closes; null where only time closes it.'),
  opened_at: z.string(),
  due_at: z.string(),
  closes_in_seconds: z.number(),
  partition: z.int().describe('Of its lane.'),
})

export type WindowDocument = z.infer<typeof windowSchema>

/** An open window as it is answered. */
export function windowDocument(window: OpenWindow, partition: number, nowMs: number): WindowDocument {
  const { rule, key, held, openedAtMs, dueMs } = window
  return {
    rule_id: rule.rule_id,
    rule_version: rule.metadata.version,
    key,
    mode: modeOf(rule),
    events: held.length,
    size: rule.rule_config.llm_config?.batch_size ?? null,
    opened_at: isoTime(openedAtMs),
    due_at: isoTime(dueMs),
    // What is late is due now.
    closes_in_seconds: Math.max(0, dueMs - nowMs) / 1000,
    partition,
  }
}
