import type { RuleReport } from '../../../schemas/backtest/backtest-report.ts'

/** How windows ended, without those of which it is not known: to have asked nobody is no outcome. */
export function knownOutcomes({
  outcomes,
  errors,
}: Pick<RuleReport, 'outcomes' | 'errors'>): RuleReport['outcomes'] {
  const { undecided = 0, skipped = 0, ...others } = outcomes
  return {
    ...others,
    undecided: Math.max(0, undecided - (errors['answer_missing'] ?? 0)),
    skipped: Math.max(0, skipped - (errors['not_asked'] ?? 0)),
  }
}
