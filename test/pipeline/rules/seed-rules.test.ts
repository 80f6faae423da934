import { expect, test } from 'vitest'
import { nextVersion } from '../../../operators/rules/next-version.ts'
import { seedRules } from '../../../pipeline/rules/seed-rules.ts'
import { type Rule, type RuleAuthor, ruleSchema } from '../../../schemas/rule.ts'

const AT_MS = Date.parse('2026-11-20T10:00:00.000Z')

function ruleOf(ruleId: string, more: object = {}): Rule {
  return ruleSchema.parse({
    rule_id: ruleId,
    name: ruleId,
    event_types: ['trade'],
    rule_config: { rule_type: 'llm', llm_config: { description: 'x', trigger_mode: 'batch' } },
    ...more,
  })
}

function written(by: RuleAuthor, ...rules: readonly Rule[]): ReadonlyMap<string, Rule> {
  return new Map(rules.map(rule => [rule.rule_id, nextVersion(rule, undefined, { by, atMs: 0 })]))
}

const planned = (files: readonly Rule[], rules: ReadonlyMap<string, Rule>) => {
  const { writes, left, orphans } = seedRules(files, rules, AT_MS)
  return { writes: writes.map(({ ruleId, rule }) => [ruleId, rule?.metadata.version]), left, orphans }
}

test('makes a rule that is not there', () => {
  expect(planned([ruleOf('a')], new Map())).toEqual({ writes: [['a', 1]], left: [], orphans: [] })
  expect(seedRules([ruleOf('a')], new Map(), AT_MS).writes[0]?.rule?.metadata).toMatchObject({
    updated_by: 'file',
    updated_at: '2026-11-20T10:00:00.000Z',
  })
})

test('changes a rule that a file wrote last, and only where it says something else', () => {
  const rules = written('file', ruleOf('a'), ruleOf('b'))
  const files = [ruleOf('a', { priority: 7 }), ruleOf('b', { metadata: { version: 9 } })]
  expect(planned(files, rules)).toEqual({ writes: [['a', 2]], left: [], orphans: [] })
})

test('knows a rule again that came back from the topic, defaults filled in', () => {
  const stored = ruleSchema.parse(JSON.parse(JSON.stringify(ruleOf('a'))))
  expect(planned([ruleOf('a')], written('file', stored)).writes).toEqual([])
})

test.each(['api', 'cli'] as const)('leaves a rule alone that was changed over the %s, and names it', by => {
  const rules = written(by, ruleOf('a'), ruleOf('same'))
  const files = [ruleOf('a', { priority: 7 }), ruleOf('same')]
  expect(planned(files, rules)).toEqual({ writes: [], left: ['a'], orphans: [] })
})

test('leaves a rule alone that another program wrote', () => {
  const rules = new Map([['a', ruleOf('a')]])
  expect(planned([ruleOf('a', { priority: 7 })], rules)).toEqual({ writes: [], left: ['a'], orphans: [] })
})

test('names rules of files that are gone, and takes none away', () => {
  const rules = new Map([...written('file', ruleOf('a')), ...written('api', ruleOf('b'))])
  expect(planned([], rules)).toEqual({ writes: [], left: [], orphans: ['a'] })
})
