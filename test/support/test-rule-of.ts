import { type Rule, ruleSchema } from '../../schemas/rule.ts'

const ofType = {
  traditional: { pre_filter: { expression: 'side == "buy" && volume > 50000' } },
  llm: { llm_config: { description: 'many' } },
  hybrid: { pre_filter: { expression: 'side == "buy"' }, llm_config: { description: 'many' } },
} as const

export interface RuleParts {
  readonly type?: keyof typeof ofType
  /** Goes over what the model is asked. */
  readonly llm?: Readonly<Record<string, unknown>>
  /** Goes over the rule. */
  readonly over?: Readonly<Record<string, unknown>>
}

/** A rule on trade signals, grouped by symbol; of batches of five unless another mode is given. */
export function testRuleOf({ type = 'llm', llm, over }: RuleParts = {}): Rule {
  const { pre_filter, llm_config } = { pre_filter: undefined, llm_config: undefined, ...ofType[type] }
  const batch = { trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 }
  return ruleSchema.parse({
    rule_id: 'spree',
    name: 'Spree',
    event_types: ['trade.signal'],
    group_by: ['data.symbol'],
    rule_config: {
      rule_type: type,
      ...(pre_filter && { pre_filter }),
      ...(llm_config && { llm_config: { ...llm_config, ...(llm ?? batch) } }),
    },
    ...over,
  })
}
