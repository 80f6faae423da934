import type { RuleWrite } from '../../../operators/rules/rule-store.ts'
import type { Rule } from '../../../schemas/rule.ts'

/** What a command wants to make of a rule. */
export interface PlannedChange {
  readonly ruleId: string
  /** The rule that it is made of; undefined where there is none yet. */
  readonly before: Rule | undefined
  /** Null: the rule is taken away. */
  readonly after: Rule | null
}

export interface HowToWrite {
  /** Also rules whose own tests fail. */
  readonly isForced: boolean
}

/**
 * The rules of a deployment as a command reaches them.
 *
 * Errors: `rule_changed` where a rule is no longer what a change is made of.
 */
export interface RuleAccess {
  all(): Promise<readonly Rule[]>
  get(ruleId: string): Promise<Rule | undefined>
  /** Answers what was written, in the order of the changes. */
  write(changes: readonly PlannedChange[], how?: HowToWrite): Promise<readonly RuleWrite[]>
}
