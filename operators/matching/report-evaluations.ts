import type { Telemetry } from '../telemetry.ts'
import type { RuleTable } from './rule-table.ts'

/** Reports how the evaluations of all rules ended since the last report. */
export function reportEvaluations(table: RuleTable, telemetry: Pick<Telemetry, 'rulesEvaluated'>): void {
  for (const { ruleId, result, count } of table.drainEvaluations()) {
    telemetry.rulesEvaluated(ruleId, result, count)
  }
}
