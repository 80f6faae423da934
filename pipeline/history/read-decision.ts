import { z } from 'zod'
import type { Outcome } from '../../schemas/decision.ts'
import { outcomes } from '../../schemas/outcomes.ts'

/** A decision as it lies on its topic, and what one may ask for it by. */
export interface ReadDecision {
  /** JSON on one line, with every field that was written. */
  readonly text: string
  readonly outcome: Outcome
  readonly decidedAtMs: number
}

const askedSchema = z.object({
  outcome: z.enum(outcomes),
  decided_at: z.iso.datetime().transform(text => Date.parse(text)),
})

/** Reads the value of a record of `decisions`; null where it is no decision. */
export function readDecision(value: Buffer): ReadDecision | null {
  const text = value.toString()
  const parsed = parse(text)
  const asked = askedSchema.safeParse(parsed)
  if (!asked.success) return null
  const { outcome, decided_at: decidedAtMs } = asked.data
  // Between values JSON may have line breaks; whoever reads lines would take them for ends.
  return { text: /[\r\n]/.test(text) ? JSON.stringify(parsed) : text, outcome, decidedAtMs }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
