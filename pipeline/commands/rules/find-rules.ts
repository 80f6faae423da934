import type { Rule } from '../../../schemas/rule.ts'
import { printable } from '../../terminal/printable.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import type { RuleAccess } from './rule-access.ts'

/** The rules of these ids, each once; null where one is not there, which is told. */
export async function findRules(
  access: RuleAccess,
  ruleIds: readonly string[],
  terminal: Terminal,
): Promise<readonly Rule[] | null> {
  const found: Rule[] = []
  const missing: string[] = []
  for (const ruleId of new Set(ruleIds)) {
    const rule = await access.get(ruleId)
    if (rule === undefined) missing.push(ruleId)
    else found.push(rule)
  }
  for (const ruleId of missing) terminal.note(`no rule is named ${printable(ruleId)}`)
  if (missing.length > 0) terminal.note('nothing was changed')
  return missing.length > 0 ? null : found
}
