import { expect, test } from 'vitest'
import { KEYS_COMPARED_MAX } from '../../../pipeline/documents/shape-findings.ts'
import { ENTRIES_MAX, VALUES_MAX } from '../../../pipeline/documents/size-finding.ts'
import { checkRuleValue } from '../../../pipeline/rule-files/check-rule-value.ts'

const rule = {
  rule_id: 'a',
  name: 'a',
  event_types: ['trade.signal'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 5' } },
}

test('fills in the defaults of a rule that is right', () => {
  const checked = checkRuleValue(rule, { ids: 'required' })
  expect(checked).toMatchObject({ id: 'a', findings: [], rule: { priority: 100, metadata: { version: 1 } } })
})

test('finds everything that is wrong in one go, with the place within the expression', () => {
  const wrong = {
    ...rule,
    priority: 'high',
    group_by: ['data'],
    grop_by: [],
    rule_config: { rule_type: 'hybrid', pre_filter: { expression: 'volume > 5 &&\n  foo(side)' } },
  }
  const { rule: none, findings } = checkRuleValue(wrong, { ids: 'required' })
  expect(none).toBeUndefined()
  expect(findings.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([
    'priority: must be a number, not text',
    'rule_config.llm_config: a hybrid rule needs llm_config',
    'grop_by: is unknown; did you mean group_by?',
    expect.stringMatching(/^group_by\.0: is the whole data/),
    expect.stringMatching(/^rule_config\.pre_filter\.expression: .*foo/),
  ])
  expect(findings.at(-1)).toMatchObject({ code: 'expression', expression: { line: 2, column: 3 } })
})

test.each([null, undefined, 'text', 7, [], [rule]])('finds that %j is no rule', value => {
  const { rule: none, findings } = checkRuleValue(value, { ids: 'optional' })
  expect(none).toBeUndefined()
  expect(findings).toEqual([expect.objectContaining({ path: [] })])
})

test('compares so many unknown keys with the known ones, and tells of the others that they are unknown', () => {
  const keys = Array.from({ length: KEYS_COMPARED_MAX + 1 }, (_, index) => [`nam${index}`, 1])
  const { findings } = checkRuleValue({ ...rule, ...Object.fromEntries(keys) }, { ids: 'required' })
  expect(findings).toHaveLength(KEYS_COMPARED_MAX + 1)
  expect(findings.at(-2)?.message).toMatch(/known here|did you mean/)
  expect(findings.at(-1)?.message).toBe('is unknown')
})

const rows = (count: number, value: unknown) => Array.from({ length: count }, () => value)
const keys = (count: number) => Object.fromEntries(rows(count, 0).map((_, index) => [`k${index}`, 1]))

test.each([
  [{ event_types: rows(ENTRIES_MAX + 1, '') }, 'event_types: has 501 entries, at most 500 are taken'],
  [
    { notify_policy: { targets: rows(340_000, {}) } },
    'notify_policy.targets: has 340000 entries, at most 500 are taken',
  ],
  [{ metadata: keys(100_000) }, 'metadata: has 100000 keys, at most 500 are taken'],
  [{ tests: rows(ENTRIES_MAX, keys(50)) }, `: has more than ${VALUES_MAX} values in all`],
])('looks no further into a rule that is too large: %#', (more, told) => {
  const { id, findings } = checkRuleValue({ ...rule, ...more }, { ids: 'required' })
  expect(findings.map(({ path, message }) => `${path.join('.')}: ${message}`)).toEqual([told])
  expect(id).toBe('a')
})

test.each([
  ['name', { name: 'clear\u001b[2J' }],
  ['name', { name: 'two\nlines' }],
  ['description', { description: 'bell\u0007' }],
  ['rule_config.llm_config.description', { rule_config: asking('null\u0000') }],
])('finds control characters in %s', (path, more) => {
  const { findings } = checkRuleValue({ ...rule, ...more }, { ids: 'required' })
  expect(findings.map(one => `${one.path.join('.')}: ${one.message}`)).toEqual([
    expect.stringMatching(new RegExp(`^${path}: .*control characters`)),
  ])
})

test('takes text of several lines where it is text', () => {
  const lines = 'one\n\ttwo\r\nthree'
  const checked = checkRuleValue(
    { ...rule, description: lines, rule_config: asking(lines) },
    { ids: 'required' },
  )
  expect(checked.findings).toEqual([])
})

function asking(description: string) {
  return { rule_type: 'llm', llm_config: { description } }
}

test('takes a rule that is as large as it may be', () => {
  const large = {
    ...rule,
    event_types: rows(ENTRIES_MAX, 'x'),
    tests: Array.from({ length: 100 }, (_, n) => ({
      name: `t${n}`,
      events: [{ event_type: 'x', data: keys(150) }],
      expect: { alerts: 0 },
    })),
  }
  expect(checkRuleValue(large, { ids: 'required' }).findings).toEqual([])
})
