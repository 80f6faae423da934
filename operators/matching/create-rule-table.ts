import type { Rule } from '../../schemas/rule.ts'
import { ruleTableBuilder } from './rule-table-builder.ts'
import type { RuleTable } from './rule-table.ts'

/** Compiles the rules at once, where nobody waits meanwhile. */
export function createRuleTable(rules: readonly Rule[]): RuleTable {
  for (const table of ruleTableBuilder()(rules)) if (table !== null) return table
  throw new Error('a build ended without its table')
}
