import { lastValueFrom } from 'rxjs'
import { expect, test } from 'vitest'
import { storeRuleAccess } from '../../../../pipeline/commands/rules/store-rule-access.ts'
import { memoryPartition } from '../../../../pipeline/memory/memory-partition.ts'
import { ruleStoreOn } from '../../../support/rule-store-on.ts'
import { traditionalRule } from '../../../support/traditional-rule.ts'

test('writes nothing where one of the rules is no longer what the changes were shown for', async () => {
  const store = ruleStoreOn(memoryPartition())
  const access = storeRuleAccess(store, { now: () => 0 })
  const before = traditionalRule('a')
  await lastValueFrom(store.change(() => [{ ruleId: 'a', rule: traditionalRule('a', { priority: 7 }) }]))
  const changes = [
    { ruleId: 'b', before: undefined, after: traditionalRule('b') },
    { ruleId: 'a', before, after: traditionalRule('a', { priority: 8 }) },
  ]
  await expect(access.write(changes)).rejects.toMatchObject({ code: 'rule_changed' })
  expect([...store.rules.values()]).toMatchObject([{ rule_id: 'a', priority: 7 }])
  const taken = [{ ruleId: 'a', before: undefined, after: traditionalRule('a') }]
  await expect(access.write(taken)).rejects.toMatchObject({ code: 'rule_changed' })
})
