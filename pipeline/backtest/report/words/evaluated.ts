import type { RuleReport } from '../../../../schemas/backtest/backtest-report.ts'

/** How many events a rule looked at, and how many of them it did not pass on. */
export function evaluated({ evaluations }: Pick<RuleReport, 'evaluations'>): {
  readonly events: number
  readonly filtered: number
} {
  const { match, no_match, unknown, no_key } = evaluations
  const filtered = no_match + unknown + no_key
  return { events: match + filtered, filtered }
}
