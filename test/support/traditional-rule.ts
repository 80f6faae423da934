import { type Rule, ruleSchema } from '../../schemas/rule.ts'

/** A small rule, with what is given in place of what it has. */
export function traditionalRule(ruleId: string, more: object = {}): Rule {
  return ruleSchema.parse({
    rule_id: ruleId,
    name: ruleId,
    event_types: ['trade.signal'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 5' } },
    ...more,
  })
}
