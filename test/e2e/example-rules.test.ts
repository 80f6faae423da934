import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadRules } from '../../pipeline/rule-files/load-rules.ts'
import { failingTests } from '../../pipeline/rule-tests/failing-tests.ts'

const folder = fileURLToPath(new URL('../../examples/rules', import.meta.url))
const { rules, problems } = loadRules([folder], { ids: 'required' })

describe('the example rules', () => {
  test('are valid', () => {
    expect(problems).toEqual([])
    expect(rules.length).toBeGreaterThanOrEqual(14)
  })

  test.each(rules.map(rule => [rule.rule_id, rule] as const))(
    '%s has tests, which pass',
    async (_id, rule) => {
      expect(rule.tests ?? []).not.toEqual([])
      expect(await failingTests(rule)).toEqual([])
    },
  )
})
