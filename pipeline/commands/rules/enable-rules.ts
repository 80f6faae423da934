import { exitCode } from '../../terminal/exit-code.ts'
import { findRules } from './find-rules.ts'
import type { RuleAccess } from './rule-access.ts'
import { type RulesCommand, runOnRules } from './run-on-rules.ts'

export interface EnableRulesOptions extends RulesCommand {
  readonly ruleIds: readonly string[]
  /** False disables them. */
  readonly enabled: boolean
}

/** `rules enable` and `rules disable`: switches rules on and off. */
export function enableRules(options: EnableRulesOptions): Promise<number> {
  return runOnRules(options, ({ using }) => using(access => enable(access, options)))
}

async function enable(access: RuleAccess, options: EnableRulesOptions): Promise<number> {
  const { ruleIds, enabled, json, terminal } = options
  const rules = await findRules(access, ruleIds, terminal)
  if (rules === null) return exitCode.failed
  const changing = rules.filter(rule => rule.enabled !== enabled)
  const changes = changing.map(before => ({ ruleId: before.rule_id, before, after: { ...before, enabled } }))
  if (changes.length > 0) await access.write(changes)
  const word = enabled ? 'enabled' : 'disabled'
  const shown = rules.map(rule => ({
    id: rule.rule_id,
    result: rule.enabled === enabled ? 'unchanged' : word,
  }))
  if (json)
    terminal.print(JSON.stringify({ rules: shown.map(({ id, result }) => ({ rule_id: id, result })) }))
  else for (const { id, result } of shown) terminal.print(`${result.padEnd(9)}  ${id}`)
  return exitCode.done
}
