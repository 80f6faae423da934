import { z } from 'zod'
import { cellsRow } from '../terminal/cells-row.ts'

const schema = z.object({
  decided_at: z.string(),
  rule_id: z.string(),
  key: z.string(),
  outcome: z.string(),
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
})

const widths = [20, 16, 14, 15, 4]

/** The names of the columns of `decisionLine`. */
export const decisionHead = cellsRow(['TIME', 'RULE', 'KEY', 'OUTCOME', 'CONF', 'REASON'], widths)

/** A decision for people, on a line of at most `columns` characters; null where it is none. */
export function decisionLine(decision: unknown, columns: number): string | null {
  const parsed = schema.safeParse(decision)
  if (!parsed.success) return null
  const { decided_at: at, rule_id: rule, key, outcome, confidence, reason, error } = parsed.data
  const why = error === null ? (reason ?? '') : `${error.code}: ${error.message}`
  const cells = [`${at.slice(0, 19)}Z`, rule, key, outcome, confidence?.toFixed(2) ?? '-', why]
  return cellsRow(cells, widths, columns)
}
