import type { MemoryPartition } from '../../pipeline/memory/memory-partition.ts'
import { memoryRuleStore } from '../../pipeline/memory/memory-rule-store.ts'
import { readRule } from '../../pipeline/rules/read-rule.ts'

/** The rules on a log in memory, as one more process has them; a record that is no rule fails the test. */
export function ruleStoreOn(log: MemoryPartition, rulesMax = 10) {
  return memoryRuleStore(log, {
    rulesMax,
    read: readRule,
    onFault: (ruleId, reason) => {
      throw new Error(`${ruleId}: ${reason}`)
    },
  })
}
