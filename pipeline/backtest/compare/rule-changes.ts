import type { DifferenceCause } from '../../../schemas/backtest/backtest-difference.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { diffRules, type FieldChange } from '../../rules-api/diff-rules.ts'

/** How a rule differs between two runs; `added` and `removed` also for one that is switched on or off. */
export interface RuleChange {
  readonly kind: 'added' | 'removed' | 'changed'
  readonly fields: readonly (FieldChange & { readonly cause: DifferenceCause })[]
}

/** What may come of a change, by the beginning of the field's path; other fields change no decision. */
const causes: readonly (readonly [path: string, cause: DifferenceCause])[] = [
  ['event_types', 'filter'],
  ['group_by', 'group_by'],
  ['rule_config.pre_filter', 'filter'],
  ['rule_config.rule_type', 'rule_type'],
  ['rule_config.llm_config.description', 'rule_text'],
  ['rule_config.llm_config.trigger_mode', 'windowing'],
  ['rule_config.llm_config.batch_size', 'windowing'],
  ['rule_config.llm_config.max_wait_seconds', 'windowing'],
  ['rule_config.llm_config.interval_seconds', 'windowing'],
  ['rule_config.llm_config.confidence_threshold', 'threshold'],
  ['rule_config.llm_config.model', 'model'],
  ['rule_config.llm_config.on_failure', 'on_failure'],
  ['rule_config.llm_config.budget_usd_per_day', 'budget_rules'],
  ['rule_config.llm_config.on_budget', 'budget_rules'],
]

/** What differs between two sets of rules, by the ids of those that do. */
export function ruleChanges(
  before: readonly Rule[],
  after: readonly Rule[],
): ReadonlyMap<string, RuleChange> {
  const old = byId(before)
  const next = byId(after)
  const changes = new Map<string, RuleChange>()
  for (const id of new Set([...old.keys(), ...next.keys()])) {
    const change = changeOf(old.get(id), next.get(id))
    if (change !== null) changes.set(id, change)
  }
  return changes
}

function byId(rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.filter(({ enabled }) => enabled).map(rule => [rule.rule_id, rule]))
}

function changeOf(before: Rule | undefined, after: Rule | undefined): RuleChange | null {
  if (after === undefined) return { kind: 'removed', fields: [] }
  if (before === undefined) return { kind: 'added', fields: [] }
  const fields = diffRules(before, after).flatMap(field => {
    const [, cause] = causes.find(([path]) => `${field.path}.`.startsWith(`${path}.`)) ?? []
    return cause === undefined ? [] : [{ ...field, cause }]
  })
  return fields.length === 0 ? null : { kind: 'changed', fields }
}
