import type { Rule } from '../../../schemas/rule.ts'
import { type RuleFilter, ruleFilter } from '../../rules-api/rule-filter.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { renderRules } from './render-rules.ts'
import { type RulesCommand, runOnRules } from './run-on-rules.ts'

export interface ListRulesOptions extends RulesCommand {
  readonly filter: RuleFilter
}

/** `rules list`: the rules of the deployment. */
export function listRules(options: ListRulesOptions): Promise<number> {
  const { filter, json, terminal } = options
  return runOnRules(options, ({ using }) =>
    using(async access => {
      const asked = (await access.all()).filter(ruleFilter(filter)).toSorted(byId)
      if (json) terminal.print(JSON.stringify({ items: asked }))
      else if (asked.length > 0) terminal.print(renderRules(asked, terminal))
      if (asked.length === 0) terminal.note('there is no such rule')
      return exitCode.done
    }),
  )
}

function byId(a: Rule, b: Rule): number {
  return a.rule_id < b.rule_id ? -1 : 1
}
