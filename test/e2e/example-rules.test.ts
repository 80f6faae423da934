import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { loadRules } from '../../pipeline/rule-files/load-rules.ts'
import { failingTests } from '../../pipeline/rule-tests/failing-tests.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const folder = fileURLToPath(new URL('../../examples/rules', import.meta.url))
const { rules, problems } = loadRules([folder], { ids: 'required' })

test('the rule of docs/rules.md is valid, and its tests pass', async () => {
  const page = readFileSync(fileURLToPath(new URL('../../docs/rules.md', import.meta.url)), 'utf8')
  const [, text = ''] = /```yaml\n(.*?)```/s.exec(page) ?? []
  const directory = temporaryFolder({ 'big-buys.yaml': text })
  const documented = loadRules(['big-buys.yaml'], { ids: 'required', directory })
  expect(documented.problems).toEqual([])
  const [rule] = documented.rules
  expect(rule?.tests).toHaveLength(3)
  expect(rule && (await failingTests(rule))).toEqual([])
})

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
