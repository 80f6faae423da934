import { NEVER } from 'rxjs'
import type { Rule } from '../../schemas/rule.ts'
import { createRuleTable } from '../matching/create-rule-table.ts'
import type { LiveRules } from './live-rules.ts'

/** Rules that nobody changes: of files, where there is no rules topic. */
export function fixedRules(rules: readonly Rule[]): LiveRules {
  return { table: createRuleTable(rules), offset: 0, covers: () => true, moved$: NEVER }
}
