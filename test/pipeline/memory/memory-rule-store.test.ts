import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { memoryRuleStore } from '../../../pipeline/memory/memory-rule-store.ts'
import { readRule } from '../../../pipeline/rules/read-rule.ts'
import { describeRuleStore } from '../../contract/rule-store.contract.ts'

describeRuleStore('the memory', () => {
  const log = memoryPartition()
  return Promise.resolve({
    open: options =>
      Promise.resolve(memoryRuleStore(log, { ...options, read: readRule, onFault: () => undefined })),
  })
})
