import { defer } from 'rxjs'
import { expect, test } from 'vitest'
import type { RuleStore } from '../../../operators/rules/rule-store.ts'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { ATTEMPTS_MAX, changeRule, type Decided } from '../../../pipeline/rules-api/change-rule.ts'
import { refusals } from '../../../pipeline/rules-api/refusals.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { ruleStoreOn } from '../../support/rule-store-on.ts'
import { traditionalRule } from '../../support/traditional-rule.ts'

/** Two processes: what `others` do comes between what this one knows and what it writes. */
function start(others: (change: number) => Rule | null | undefined) {
  const log = memoryPartition()
  const [store, other] = [ruleStoreOn(log), ruleStoreOn(log)]
  let changes = 0
  const put = (rule: Rule | null) => {
    other.change(() => [{ ruleId: 'a', rule }]).subscribe()
  }
  const behind: RuleStore = {
    // What this process has read stays behind.
    rules: new Map(),
    change: write =>
      defer(() => {
        const rule = others(changes++)
        if (rule !== undefined) put(rule)
        return store.change(write)
      }),
  }
  const seen: (number | undefined)[] = []
  const decideBy = (decide: (before: Rule | undefined) => Decided) => (before: Rule | undefined) => {
    seen.push(before?.priority)
    return Promise.resolve(decide(before))
  }
  return { store, behind, seen, decideBy }
}

const rule = (priority: number) => traditionalRule('a', { priority })
const refused = (answer = refusals.unknown('a')): Decided => ({ kind: 'refuse', answer, always: false })

test('decides anew on what others have written meanwhile', async () => {
  const { store, behind, seen, decideBy } = start(change => (change < 2 ? rule(change) : undefined))
  const decide = decideBy(before => ({ kind: 'write', rule: rule((before?.priority ?? 0) + 10) }))
  await changeRule(behind, { id: 'a', decide })
  expect(seen).toEqual([undefined, 0, 1])
  expect(store.rules.get('a')?.priority).toBe(11)
})

test('refuses nothing by what has changed already', async () => {
  const { behind, seen, decideBy } = start(change => (change === 0 ? rule(5) : undefined))
  const decide = decideBy(before => (before === undefined ? refused() : { kind: 'write', rule: null }))
  expect(await changeRule(behind, { id: 'a', decide })).toEqual({ kind: 'write', rule: null })
  expect(seen).toEqual([undefined, 5])
})

test('refuses at once what is wrong whatever the rule is', async () => {
  const { behind } = start(() => expect.fail('nothing is to be written'))
  const decided: Decided = { kind: 'refuse', answer: refusals.noObject, always: true }
  expect(await changeRule(behind, { id: 'a', decide: () => Promise.resolve(decided) })).toBe(decided)
})

test('gives up where others are always faster', async () => {
  const { behind, seen, decideBy } = start(rule)
  const decide = decideBy(() => ({ kind: 'write', rule: null }))
  await expect(changeRule(behind, { id: 'a', decide })).rejects.toMatchObject({ code: 'table_unavailable' })
  expect(seen).toHaveLength(ATTEMPTS_MAX)
})
