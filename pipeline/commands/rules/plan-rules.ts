import type { Rule } from '../../../schemas/rule.ts'
import { diffRules, type FieldChange } from '../../rules-api/diff-rules.ts'
import type { PlannedChange } from './rule-access.ts'

export interface PlannedRule extends PlannedChange {
  readonly after: Rule
  readonly result: 'created' | 'changed' | 'unchanged'
  readonly changes: readonly FieldChange[]
  /** The one that it gets, or keeps. */
  readonly version: number
}

/** What rules become of those that are there. */
export function planRules(rules: readonly Rule[], present: readonly Rule[]): readonly PlannedRule[] {
  const byId = new Map(present.map(rule => [rule.rule_id, rule]))
  return rules.map(after => planOne(after, byId.get(after.rule_id)))
}

function planOne(after: Rule, before: Rule | undefined): PlannedRule {
  const changes = diffRules(before, after)
  const plan = { ruleId: after.rule_id, before, after, changes }
  if (before === undefined) return { ...plan, result: 'created', version: 1 }
  const { version } = before.metadata
  if (changes.length === 0) return { ...plan, result: 'unchanged', version }
  return { ...plan, result: 'changed', version: version + 1 }
}
