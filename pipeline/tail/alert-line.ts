import { z } from 'zod'
import { cellsRow } from '../terminal/cells-row.ts'

const schema = z.object({
  raised_at: z.string(),
  rule_id: z.string(),
  key: z.string(),
  event_count: z.number(),
  confidence: z.number().nullable(),
  reason: z.string().nullable(),
})

const widths = [20, 16, 14, 6, 4]

/** The names of the columns of `alertLine`. */
export const alertHead = cellsRow(['TIME', 'RULE', 'KEY', 'EVENTS', 'CONF', 'REASON'], widths)

/** An alert for people, on a line of at most `columns` characters; null where it is none. */
export function alertLine(alert: unknown, columns: number): string | null {
  const parsed = schema.safeParse(alert)
  if (!parsed.success) return null
  const { raised_at: at, rule_id: rule, key, event_count: count, confidence, reason } = parsed.data
  const cells = [`${at.slice(0, 19)}Z`, rule, key, `${count}`, confidence?.toFixed(2) ?? '-', reason ?? '']
  return cellsRow(cells, widths, columns)
}
