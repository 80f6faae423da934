import type { Event } from '../../schemas/event.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { EvaluationResult } from '../telemetry.ts'

/** A rule that an event passed, and the key by which the rule groups it. */
export interface Match {
  readonly rule: Rule
  readonly key: string
}

/** How often evaluating one rule had one result. */
export interface Evaluations {
  readonly ruleId: string
  readonly result: EvaluationResult
  readonly count: number
}

/** All rules at one position of the rules topic, compiled. */
export interface RuleTable {
  /** The enabled rules that the event passes, by falling priority and then by id. */
  match(event: Event): readonly Match[]
  /** A rule, enabled or not. */
  byId(ruleId: string): Rule | undefined
  /** Enough was counted for `drainEvaluations` to be worth its cost, which is that of all rules. */
  readonly evaluationsDue: boolean
  /**
   * What has been counted since the last call, by this table and by those that it took the place of; a result that did
   * not occur is left out.
   */
  drainEvaluations(): readonly Evaluations[]
}
