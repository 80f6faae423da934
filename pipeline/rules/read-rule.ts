import { compileExpression } from '../../operators/expression/compile-expression.ts'
import { createFieldTable } from '../../operators/expression/create-field-table.ts'
import type { RuleBookOptions } from '../../operators/rules/rule-book.ts'
import type { Config } from '../../schemas/config.ts'
import { type Rule, ruleSchema } from '../../schemas/rule.ts'
import { isMapping } from '../documents/is-mapping.ts'

/** Reads the value of a record of the rules topic, whoever wrote it: a rule that this process can run, or why it is none. */
export function readRule(models: Config['models']): RuleBookOptions['read'] {
  return (ruleId, value) => {
    const parsed = ruleSchema.safeParse(isMapping(value) ? { rule_id: ruleId, ...value } : value)
    if (!parsed.success)
      return parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ')
    return faultOf(parsed.data, ruleId, models) ?? parsed.data
  }
}

function faultOf(rule: Rule, ruleId: string, models: Config['models']): string | null {
  if (rule.rule_id !== ruleId) return `its key is ${ruleId}, and its rule_id ${rule.rule_id}`
  return expressionFault(rule) ?? modelFault(rule, models)
}

function expressionFault({ rule_config: { pre_filter: filter } }: Rule): string | null {
  if (filter === undefined) return null
  const compiled = compileExpression(filter.expression, createFieldTable())
  return compiled.ok ? null : compiled.problems.map(({ message }) => message).join('; ')
}

function modelFault({ rule_config: { llm_config: asking } }: Rule, models: Config['models']): string | null {
  if (asking === undefined) return null
  const model = models?.[asking.model ?? models.default]
  if (typeof model === 'object' && model.provider === 'openai') return null
  return 'this process has no such model; add it to its configuration'
}
