import type { Config } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'

export interface RunnableRulesOptions {
  readonly models: Config['models']
  /** The rules that cannot run here are others than before. */
  readonly onUnrunnable: (ruleIds: readonly string[]) => void
}

/** Passes on the rules whose model this process has; the others are there, and match nothing, until the configuration has it. */
export function runnableRules({
  models,
  onUnrunnable,
}: RunnableRulesOptions): (rules: Iterable<Rule>) => readonly Rule[] {
  let told = ''
  const canRun = ({ rule_config: { llm_config: asking } }: Rule) => {
    const model = asking && models?.[asking.model ?? models.default]
    return asking === undefined || (typeof model === 'object' && model.provider === 'openai')
  }
  return rules => {
    const all = [...rules]
    const others = all.filter(rule => rule.enabled && !canRun(rule)).map(({ rule_id }) => rule_id)
    if (others.join() !== told) onUnrunnable(others)
    told = others.join()
    return all.filter(canRun)
  }
}
