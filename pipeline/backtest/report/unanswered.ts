import type { RuleReport } from '../../../schemas/backtest/backtest-report.ts'

/** What decisions say of a window that no model was asked about, or whose recorded answer is not there. */
const unansweredCodes = ['not_asked', 'answer_missing']

/** Windows of a rule of which it is not known what the model would have said. */
export function unanswered({ errors }: Pick<RuleReport, 'errors'>): number {
  return unansweredCodes.reduce((sum, code) => sum + (errors[code] ?? 0), 0)
}
