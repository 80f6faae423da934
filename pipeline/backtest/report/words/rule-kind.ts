import type { RuleReport } from '../../../../schemas/backtest/backtest-report.ts'

/** Type and trigger mode of a rule: `hybrid, batch`. */
export function ruleKind({ rule_type, trigger_mode }: RuleReport): string {
  return trigger_mode === null ? rule_type : `${rule_type}, ${trigger_mode}`
}
