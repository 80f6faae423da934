import { z } from 'zod'

/** Latest moment of a test, in milliseconds after its start. */
export const SINCE_START_MS_MAX = 86_400_000

const form = /^\+?(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h)$/

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/** The milliseconds of a time such as `+30s`, `500ms`, `1.5m` or `2h`; NaN for any other text. */
export function sinceStartMs(text: string): number {
  const [, amount, unit = ''] = form.exec(text) ?? []
  return Math.round(Number(amount) * (unitMs[unit] ?? NaN))
}

/** A time since the start of a test. */
export const sinceStartSchema = z.string().refine(text => sinceStartMs(text) <= SINCE_START_MS_MAX, {
  message: 'must be a time since the start such as +30s, 500ms, 1.5m or 2h, at most 24h',
})
