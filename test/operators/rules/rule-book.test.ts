import { expect, test } from 'vitest'
import { RuleBook } from '../../../operators/rules/rule-book.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

const RULES_MAX = 3

function ruleOf(ruleId: string, more: object = {}) {
  return {
    rule_id: ruleId,
    name: ruleId,
    event_types: ['trade'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
    ...more,
  }
}

function bookOf(rulesMax = RULES_MAX) {
  const faults: string[] = []
  const book = new RuleBook({
    rulesMax,
    read: (_, value) => ruleSchema.safeParse(value).data ?? 'no rule',
    onFault: (ruleId, reason) => faults.push(`${ruleId}: ${reason}`),
  })
  const read = (key: string, value: object | null) =>
    book.read({ key: Buffer.from(key), value: value && Buffer.from(JSON.stringify(value)) })
  const versionOf = (ruleId: string) => book.rules.get(ruleId)?.metadata.version
  return { book, faults, read, versionOf }
}

test('has the newest version of each rule, until it is taken away', () => {
  const { book, read, versionOf } = bookOf()
  expect(read('a', ruleOf('a', { metadata: { version: 4 } }))).toBe(true)
  read('a', ruleOf('a', { metadata: { version: 5 } }))
  expect([versionOf('a'), book.unversioned.size]).toEqual([5, 0])
  expect(read('a', null)).toBe(true)
  expect(read('a', null)).toBe(false)
  expect(book.rules.size).toBe(0)
})

test('gives the next version to a record that says none, or one that was there', () => {
  const { book, read, versionOf } = bookOf()
  read('a', ruleOf('a', { metadata: { version: 4 } }))
  read('a', ruleOf('a'))
  expect([versionOf('a'), ...book.unversioned]).toEqual([5, 'a'])
  read('a', ruleOf('a', { metadata: { version: 3 } }))
  expect([versionOf('a'), ...book.unversioned]).toEqual([6, 'a'])
  read('a', ruleOf('a', { metadata: { version: 7 } }))
  expect([versionOf('a'), book.unversioned.size]).toEqual([7, 0])
})

test('passes over what is no rule, and the rule stays as it was', () => {
  const { faults, read, versionOf } = bookOf()
  read('a', ruleOf('a'))
  expect(read('a', { name: 'x' })).toBe(false)
  expect([versionOf('a'), faults]).toEqual([1, ['a: no rule']])
})

test('takes so many rules and no more', () => {
  const { book, faults, read } = bookOf()
  for (const id of ['a', 'b', 'c', 'd']) read(id, ruleOf(id))
  expect([...book.rules.keys()]).toEqual(['a', 'b', 'c'])
  expect(faults).toEqual([expect.stringMatching(/^d: .*3 keys/)])
})

test('refuses writes that would not fit, all of them together', () => {
  const { book, read } = bookOf()
  for (const id of ['a', 'b']) read(id, ruleOf(id))
  const write = (ruleId: string, more: object = {}) => ({
    ruleId,
    rule: ruleSchema.parse(ruleOf(ruleId, more)),
  })
  expect(book.refusal([write('a'), write('c')])).toBeNull()
  expect(book.refusal([write('c'), write('d')])).toMatchObject({ code: 'table_full' })
  expect(book.refusal([write('c'), write('d'), { ruleId: 'a', rule: null }])).toBeNull()
  const large = write('a')
  const huge = { ...large, rule: { ...large.rule, description: 'x'.repeat(1024 * 1024) } }
  expect(book.refusal([huge])).toMatchObject({ code: 'record_too_large' })
})

test('forgets everything when the log begins anew', () => {
  const { book, read } = bookOf()
  for (const id of ['a', 'b', 'c']) read(id, ruleOf(id))
  book.clear()
  expect(read('d', ruleOf('d'))).toBe(true)
  expect([...book.rules.keys()]).toEqual(['d'])
})

test('takes so many bytes of all rules together, and lets one that is there shrink', () => {
  const { book, faults, read } = bookOf(100)
  // Of the largest size that one may have besides its expression, so that 64 of them fill the book.
  const large = (ruleId: string, less = 0) => {
    const noted = (note: string) => ruleOf(ruleId, { metadata: { note } })
    return noted('x'.repeat(1024 * 1024 - 16 * 'volume > 1'.length - JSON.stringify(noted('')).length - less))
  }
  for (let n = 0; n < 64; n++) read(`r${n}`, large(`r${n}`))
  expect([book.rules.size, faults]).toEqual([64, []])
  read('more', ruleOf('more'))
  expect(faults).toEqual([expect.stringMatching(/all rules together, .* have at most 67108864 bytes$/)])
  read('r0', large('r0', 1000))
  read('more', ruleOf('more'))
  expect(book.rules.has('more')).toBe(true)
  read('r1', large('r1', 0))
  expect(faults).toHaveLength(1)
})

test('takes so many characters of all expressions together', () => {
  const { book, faults, read } = bookOf(2000)
  const expression = 'volume > 1'.padEnd(4096)
  const long = (ruleId: string) =>
    ruleOf(ruleId, { rule_config: { rule_type: 'traditional', pre_filter: { expression } } })
  const fitting = Math.floor((64 * 1024 * 1024) / (16 * 4096 + JSON.stringify(long('r100')).length))
  for (let n = 100; n < 100 + fitting; n++) read(`r${n}`, long(`r${n}`))
  expect([book.rules.size, faults]).toEqual([fitting, []])
  read('more', long('more'))
  expect(faults).toEqual([expect.stringMatching(/each character of an expression counted as 16 bytes more/)])
})
