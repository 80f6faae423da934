import type { HeldWork } from '../../../operators/windows/window.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'
import { type WorkFacts, workOf } from '../lanes/work-record.ts'

/** A rule of the model with a trigger mode; without one, a traditional rule. */
export function ruleOf(ruleId: string, mode: Readonly<Record<string, unknown>> | null): Rule {
  const rule_config =
    mode === null
      ? { rule_type: 'traditional', pre_filter: { expression: 'true' } }
      : { rule_type: 'llm', llm_config: { description: 'x', ...mode } }
  return ruleSchema.parse({ rule_id: ruleId, name: ruleId, event_types: ['*'], rule_config })
}

/** A work record that the lane has taken; its window is that of `rule` and the key. */
export function heldWork(rule: Rule | null, facts: WorkFacts): HeldWork {
  const named = { ...facts, ruleId: rule?.rule_id ?? facts.ruleId ?? 'gone' }
  const { offset, atMs: arrivedAtMs = 0, key = 'key', ruleId } = named
  const place = { ruleId, key, offset, arrivedAtMs }
  return {
    kind: 'work',
    ...place,
    text: JSON.stringify(workOf(named)),
    headers: {},
    bytes: 100,
    rule,
    work: null,
  }
}
