import type { Rule } from '../../../schemas/rule.ts'
import { printable } from '../../terminal/printable.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { findRules } from './find-rules.ts'
import { mayChange } from './may-change.ts'
import type { RuleAccess } from './rule-access.ts'
import { type RulesCommand, runOnRules } from './run-on-rules.ts'

export interface DeleteRulesOptions extends RulesCommand {
  readonly ruleIds: readonly string[]
  readonly yes: boolean
}

/** `rules delete`: takes rules away. */
export function deleteRules(options: DeleteRulesOptions): Promise<number> {
  return runOnRules(options, ({ using }) => using(access => take(access, options)))
}

async function take(access: RuleAccess, options: DeleteRulesOptions): Promise<number> {
  const { ruleIds, json, terminal } = options
  const rules = await findRules(access, ruleIds, terminal)
  if (rules === null) return exitCode.failed
  if (!(await mayChange(`delete ${rules.map(named).join(', ')}?`, options))) return exitCode.failed
  await access.write(rules.map(before => ({ ruleId: before.rule_id, before, after: null })))
  const ids = rules.map(({ rule_id: id }) => id)
  if (json) terminal.print(JSON.stringify({ deleted: ids }))
  else for (const id of ids) terminal.print(`${terminal.paint('red', 'deleted')}  ${id}`)
  return exitCode.done
}

function named({ rule_id: id, name }: Rule): string {
  return `${id} (${printable(name)})`
}
