import { expect, test } from 'vitest'
import { createRuleTable } from '../../../operators/matching/create-rule-table.ts'
import type { RuleTable } from '../../../operators/matching/rule-table.ts'
import type { Event } from '../../../schemas/event.ts'
import { ruleSchema, type Rule } from '../../../schemas/rule.ts'

function rule(
  id: string,
  expression: string | null = 'volume > 10',
  rest: Record<string, unknown> = {},
): Rule {
  return ruleSchema.parse({
    rule_id: id,
    name: 'a rule',
    event_types: ['trade.*'],
    rule_config:
      expression === null
        ? { rule_type: 'llm', llm_config: { description: 'anything odd' } }
        : { rule_type: 'traditional', pre_filter: { expression } },
    ...rest,
  })
}

function event(data: Event['data'], type = 'trade.signal'): Event {
  return {
    event_id: 'e-1',
    event_type: type,
    source: 'exchange-a',
    timestamp: '2026-11-20T10:00:00.123Z',
    context_key: 'context',
    data,
  }
}

function matched(table: RuleTable, given: Event): readonly (readonly [string, string])[] {
  return table.match(given).map(({ rule: { rule_id: id }, key }) => [id, key] as const)
}

test('matches what the expression is true for, with the key', () => {
  const table = createRuleTable([rule('a'), rule('b', 'volume > 10', { group_by: ['symbol'] })])
  expect(matched(table, event({ volume: 11, symbol: 'BTCUSDT' }))).toEqual([
    ['a', 'context'],
    ['b', 'BTCUSDT'],
  ])
  expect(matched(table, event({ volume: 10, symbol: 'BTCUSDT' }))).toEqual([])
  expect(matched(table, event({ volume: 11 }, 'order.placed'))).toEqual([])
})

test('matches every event of its types where a rule has no expression', () => {
  expect(matched(createRuleTable([rule('a', null)]), event({}))).toEqual([['a', 'context']])
})

test('matches nothing that is unknown, nor under negation', () => {
  const table = createRuleTable([rule('a', 'volume > 10'), rule('b', '!(volume > 10)')])
  expect(matched(table, event({}))).toEqual([])
  expect(matched(table, event({ volume: 'much' }))).toEqual([])
})

test('orders matches by falling priority, then by id', () => {
  const rules = [
    rule('c'),
    rule('b', 'true', { priority: 7 }),
    rule('a'),
    rule('d', 'true', { priority: 500 }),
  ]
  expect(matched(createRuleTable(rules), event({ volume: 11 })).map(([id]) => id)).toEqual([
    'd',
    'a',
    'c',
    'b',
  ])
})

test('leaves out disabled rules, and still knows them by id', () => {
  const disabled = rule('a', 'true', { enabled: false })
  const table = createRuleTable([disabled, rule('b', 'true')])
  expect(matched(table, event({})).map(([id]) => id)).toEqual(['b'])
  expect(table.byId('a')).toBe(disabled)
  expect(table.byId('b')?.enabled).toBe(true)
  expect(table.byId('constructor')).toBeUndefined()
})

test('matches nothing where there are no rules', () => {
  const table = createRuleTable([])
  expect(table.match(event({}))).toEqual([])
  expect(table.drainEvaluations()).toEqual([])
})

test('counts each result of each rule, and starts anew after a drain', () => {
  const table = createRuleTable([
    rule('a', 'volume > 10', { group_by: ['symbol'] }),
    rule('b', null),
    rule('idle', 'true', { event_types: ['x'] }),
  ])
  for (const data of [
    { volume: 11, symbol: 'a' },
    { volume: 12, symbol: 'b' },
    { volume: 1 },
    {},
    { volume: 11 },
  ]) {
    table.match(event(data))
  }
  table.match(event({}, 'order.placed'))
  const counted = [
    { ruleId: 'a', result: 'match', count: 2 },
    { ruleId: 'a', result: 'no_match', count: 1 },
    { ruleId: 'a', result: 'unknown', count: 1 },
    { ruleId: 'a', result: 'no_key', count: 1 },
    { ruleId: 'b', result: 'match', count: 5 },
  ]
  expect(table.drainEvaluations()).toEqual(counted)
  expect(table.drainEvaluations()).toEqual([])
  table.match(event({ volume: 1 }))
  expect(table.drainEvaluations()).toEqual([
    { ruleId: 'a', result: 'no_match', count: 1 },
    { ruleId: 'b', result: 'match', count: 1 },
  ])
})

test('reads a field once for an event, however many rules use it', () => {
  let reads = 0
  const data = {
    get volume() {
      reads += 1
      return 11
    },
  }
  createRuleTable([rule('a'), rule('b', 'data.volume > 5'), rule('c', 'volume in [11]')]).match(event(data))
  expect(reads).toBe(1)
})

test('fails for an expression that does not compile, which nobody may have stored', () => {
  expect(() => createRuleTable([rule('a', 'volume >')])).toThrow(/rule a does not compile/)
})

test.each([
  [0, ['above 0 or at it', 'below 0 or at it', 'below 1', 'below 1 or at it']],
  [1, ['above 0', 'above 0 or at it', 'above 1 or at it', 'below 1 or at it']],
  [0.5, ['above 0', 'above 0 or at it', 'below 1', 'below 1 or at it']],
])('tells limits that %d reaches from those that it passes', (volume, expected) => {
  const operators = [
    ['above', '>'],
    ['above', '>='],
    ['below', '<'],
    ['below', '<='],
  ] as const
  const rules = [0, 1].flatMap(limit =>
    operators.flatMap(([name, operator]) =>
      // Enough of each for them to be looked up.
      ['a', 'b', 'c'].map(copy =>
        rule(`${name}_${limit}_${operator.length}_${copy}`, `volume ${operator} ${limit}`),
      ),
    ),
  )
  const ids = expected.flatMap(text => {
    const [name, limit, ...rest] = text.split(' ')
    return ['a', 'b', 'c'].map(copy => `${name}_${limit}_${rest.length > 0 ? 2 : 1}_${copy}`)
  })
  expect(matched(createRuleTable(rules), event({ volume })).map(([id]) => id)).toEqual(ids.toSorted())
})
