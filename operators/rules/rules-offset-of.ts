import type { LogRecord } from '../lanes/lane.ts'

// ROUTE writes it before anything that an event could say.
const FIELD = '"rules_offset":"'
const DIGITS_MAX = 16

/** How far the rules were read by the ROUTE that wrote this record of `work`; 0 where it does not say. */
export function rulesOffsetOf({ value }: Pick<LogRecord, 'value'>): number {
  const at = value?.indexOf(FIELD) ?? -1
  if (value === null || at < 0) return 0
  const start = at + FIELD.length
  const digits = value.toString('latin1', start, value.indexOf('"', start))
  return digits.length <= DIGITS_MAX && /^\d+$/.test(digits) ? Number(digits) : 0
}
