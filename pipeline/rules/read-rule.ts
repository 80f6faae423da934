import { isMapping } from '../documents/is-mapping.ts'
import { checkRuleValue } from '../rule-files/check-rule-value.ts'
import type { Rule } from '../../schemas/rule.ts'

/** Reads the value of a record of the rules topic, whoever wrote it: a rule, or why it is none. */
export function readRule(ruleId: string, value: unknown): Rule | string {
  const named = isMapping(value) ? { rule_id: ruleId, ...value } : value
  const { rule, findings } = checkRuleValue(named, { ids: 'required' })
  if (rule === undefined)
    return findings.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
  return rule.rule_id === ruleId ? rule : `its key is ${ruleId}, and its rule_id ${rule.rule_id}`
}
