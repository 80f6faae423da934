import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ruleTableCandidates } from '../../../operators/events/rule-table-candidates.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

function candidates(...eventTypes: readonly (readonly string[])[]) {
  return eventTypes.map((types, index) => ({
    rule: ruleSchema.parse({
      rule_id: `r${index}`,
      name: 'a rule',
      event_types: types,
      rule_config: { rule_type: 'traditional', pre_filter: { expression: 'true' } },
    }),
  }))
}

function idsFor(type: string, ...eventTypes: readonly (readonly string[])[]): readonly string[] {
  return ruleTableCandidates(candidates(...eventTypes))(type).map(({ rule }) => rule.rule_id)
}

test.each([
  ['trade.signal', ['r0', 'r1', 'r2', 'r4']],
  ['trade.a.b', ['r1', 'r2']],
  ['trade.fill.late', ['r1', 'r2', 'r3']],
  ['trade', ['r2']],
  ['trade.', ['r1', 'r2']],
  ['trader.signal', ['r2']],
  ['.trade', ['r2']],
  ['', ['r2']],
])('finds for %j %j', (type, expected) => {
  const types = [
    ['trade.signal'],
    ['trade.*'],
    ['*'],
    ['trade.fill.*'],
    ['other', 'trade.signal', 'trade.signal'],
  ]
  expect(idsFor(type, ...types)).toEqual(expected)
})

test('finds nothing without rules, and nothing for a type that none names', () => {
  expect(idsFor('trade.signal')).toEqual([])
  expect(idsFor('trade.signal', ['trade'], ['trade.signal.*'])).toEqual([])
})

test('finds a rule once that names a type twice', () => {
  expect(idsFor('trade.signal', ['trade.signal', 'trade.*', '*'])).toEqual(['r0'])
})

test('takes the names of object members for types', () => {
  expect(idsFor('constructor', ['toString'])).toEqual([])
  expect(idsFor('__proto__.x', ['__proto__.*'])).toEqual(['r0'])
})

test('has one list for all types that no rule names, however many come', () => {
  const find = ruleTableCandidates(candidates(['trade.*'], ['*']))
  const lists = new Set(Array.from({ length: 10_000 }, (_, index) => find(`trade.t${index}.x${index}`)))
  expect(lists.size).toBe(1)
})

test('finds what a plain comparison of every pattern finds, in the order given', () => {
  const part = fc.constantFrom('a', 'b', 'c')
  const type = fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'))
  const pattern = fc.oneof(
    type,
    type.map(prefix => `${prefix}.*`),
    fc.constant('*'),
  )
  const covers = (given: string, wanted: string) =>
    given === '*' || given === wanted || (given.endsWith('.*') && wanted.startsWith(given.slice(0, -1)))
  fc.assert(
    fc.property(
      fc.array(fc.array(pattern, { minLength: 1, maxLength: 3 }), { maxLength: 8 }),
      type,
      (rules, wanted) => {
        const expected = rules.flatMap((types, index) =>
          types.some(given => covers(given, wanted)) ? [`r${index}`] : [],
        )
        expect(idsFor(wanted, ...rules)).toEqual(expected)
      },
    ),
    { numRuns: 1000 },
  )
})
