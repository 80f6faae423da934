import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRuleTable } from '../../../operators/matching/create-rule-table.ts'
import { ruleTableBuilder } from '../../../operators/matching/rule-table-builder.ts'
import type { Evaluations, RuleTable } from '../../../operators/matching/rule-table.ts'
import type { Event } from '../../../schemas/event.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'
import { naiveRuleTable } from '../../support/naive-rule-table.ts'

const fieldNames = ['n', 'm', 't', 'u', 'p', 'constructor', '__proto__', 'toString'] as const
const field = fc.oneof(
  fc.constantFrom(...fieldNames).map(name => `data.${name}`),
  fc.constantFrom('n', 't', 'data["constructor"]', 'data.o.n', 'data.o.t', 'event_type', 'context_key'),
)
const number = fc.constantFrom('-1', '0', '-0.0', '1', '1.5', '2', '3')
const text = fc.constantFrom('""', '"a"', '"b"', '"c"', '"1"', '"trade.a"')
const plain = fc.oneof(number, text, fc.constantFrom('true', 'false'))
const order = fc.constantFrom('<', '<=', '>', '>=')
const list = fc.oneof(
  fc.array(number, { minLength: 1, maxLength: 4 }),
  fc.array(text, { minLength: 1, maxLength: 20 }),
  fc.array(fc.oneof(plain, fc.constant('null'), field), { minLength: 1, maxLength: 3 }),
)

const comparison = fc.oneof(
  { weight: 4, arbitrary: fc.tuple(field, order, number).map(parts => parts.join(' ')) },
  { weight: 2, arbitrary: fc.tuple(number, order, field).map(parts => parts.join(' ')) },
  { weight: 4, arbitrary: fc.tuple(field, fc.constant('=='), plain).map(parts => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(plain, fc.constant('=='), field).map(parts => parts.join(' ')) },
  { weight: 2, arbitrary: fc.tuple(field, list).map(([name, items]) => `${name} in [${items.join(', ')}]`) },
  { weight: 1, arbitrary: fc.tuple(field, fc.constantFrom('==', '!='), field).map(parts => parts.join(' ')) },
  { weight: 1, arbitrary: fc.tuple(field, order, text).map(parts => parts.join(' ')) },
  fc.constantFrom(
    'has(data.n)',
    'has(data.o)',
    'n == null',
    't != null',
    'p',
    'true',
    'false',
    't.contains("a")',
  ),
)

const expression = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.array(comparison, { minLength: 1, maxLength: 4 }).map(terms => terms.join(' && ')),
  },
  { weight: 1, arbitrary: fc.tuple(comparison, comparison).map(([a, b]) => `${a} || ${b}`) },
  { weight: 1, arbitrary: fc.tuple(comparison, comparison).map(([a, b]) => `!(${a}) && (${b})`) },
  {
    weight: 1,
    arbitrary: fc.tuple(comparison, comparison, comparison).map(([a, b, c]) => `${a} && (${b} && ${c})`),
  },
  {
    weight: 1,
    arbitrary: fc.array(comparison, { minLength: 9, maxLength: 12 }).map(terms => terms.join(' && ')),
  },
)

const eventType = fc.constantFrom('trade.a', 'trade.b', 'trade.a.x', 'order', 'trade')
const pattern = fc.oneof(
  { weight: 3, arbitrary: fc.constant('trade.a') },
  { weight: 3, arbitrary: fc.constantFrom('trade.*', '*') },
  { weight: 1, arbitrary: fc.constantFrom('trade.a.*', 'order', 'trade.b', 'trade.a.x') },
)
const ruleParts = fc.record({
  expression: fc.option(expression, { freq: 12 }),
  event_types: fc.array(pattern, { minLength: 1, maxLength: 3 }),
  priority: fc.constantFrom(1, 100, 100, 500),
  enabled: fc.constantFrom(true, true, true, true, false),
  group_by: fc.option(fc.constantFrom(['n'], ['t', 'o.t'])),
})

/** Those that do not compile are left out. */
const ruleSets = fc.array(ruleParts, { maxLength: 60, size: 'max' }).map(all =>
  all.flatMap(({ expression: source, group_by: groupBy, ...rest }, index) => {
    const rule = ruleSchema.parse({
      ...rest,
      rule_id: `r${(index * 37) % 61}`,
      name: 'r',
      ...(groupBy !== null && { group_by: groupBy }),
      rule_config:
        source === null
          ? { rule_type: 'llm', llm_config: { description: 'd' } }
          : { rule_type: 'traditional', pre_filter: { expression: source } },
    })
    return compiles(rule) ? [rule] : []
  }),
)

function compiles(rule: Rule): boolean {
  try {
    naiveRuleTable([rule])
    return true
  } catch {
    return false
  }
}

const value = fc.oneof(
  fc.constantFrom(-1, 0, 1, 1.5, 2, 3, 1e300),
  fc.constantFrom('', 'a', 'b', 'c', '1'),
  fc.boolean(),
  fc.constant(null),
  fc.constantFrom('[1]', '{"n":1}', '[]').map((json): unknown => JSON.parse(json)),
)
const data = fc
  .array(fc.tuple(fc.constantFrom(...fieldNames, 'o'), fc.oneof(value, fc.constantFrom('{"n":2,"t":"a"}'))), {
    maxLength: 8,
    size: 'max',
  })
  // Parsed, since only so `__proto__` is a field like any other.
  .map(fields => `{${fields.map(([name, given]) => `"${name}":${written(name, given)}`).join(',')}}`)
  .map((json): Event['data'] => JSON.parse(json))

function written(name: string, given: unknown): string {
  return name === 'o' && typeof given === 'string' && given.startsWith('{') ? given : JSON.stringify(given)
}

const events = fc.array(
  fc.record({
    event_id: fc.constant('e'),
    event_type: eventType,
    source: fc.constant('s'),
    timestamp: fc.constant('2026-11-20T10:00:00.123Z'),
    context_key: fc.constantFrom('a', 'k'),
    data,
  }),
  { maxLength: 12, size: 'max' },
)

function matchesOf(table: RuleTable, event: Event) {
  return table.match(event).map(({ rule, key }) => [rule.rule_id, key])
}

function countsOf(...drained: readonly (readonly Evaluations[])[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {}
  for (const { ruleId, result, count } of drained.flat()) {
    counts[`${ruleId} ${result}`] = (counts[`${ruleId} ${result}`] ?? 0) + count
  }
  return counts
}

test('matches and counts what evaluating every rule on every event does, in the same order', () => {
  let evaluated = 0
  fc.assert(
    fc.property(ruleSets, events, (rules, given) => {
      const [indexed, naive] = [createRuleTable(rules), naiveRuleTable(rules)]
      for (const event of given) expect(matchesOf(indexed, event)).toEqual(matchesOf(naive, event))
      const counts = countsOf(naive.drainEvaluations())
      evaluated += Object.keys(counts).length
      expect(countsOf(indexed.drainEvaluations())).toEqual(counts)
    }),
    { numRuns: 1500, interruptAfterTimeLimit: 40_000 },
  )
  expect(evaluated).toBeGreaterThan(10_000)
})

test('matches by the newest rules and loses no count while tables take the place of others', () => {
  const build = (builder: ReturnType<typeof ruleTableBuilder>, rules: readonly Rule[]) =>
    [...builder(rules)].flatMap(table => table ?? [])
  const change = fc.tuple(fc.array(fc.nat(59), { maxLength: 20 }), events, fc.boolean())
  fc.assert(
    fc.property(ruleSets, fc.array(change, { maxLength: 5 }), (all, changes) => {
      const builder = ruleTableBuilder()
      const drained: (readonly Evaluations[])[] = []
      const expected: (readonly Evaluations[])[] = []
      for (const [left, given, isDrained] of changes) {
        const rules = all.filter((_, index) => !left.includes(index))
        const naive = naiveRuleTable(rules)
        for (const table of build(builder, rules)) {
          for (const event of given) expect(matchesOf(table, event)).toEqual(matchesOf(naive, event))
          if (isDrained) drained.push(table.drainEvaluations())
        }
        expected.push(naive.drainEvaluations())
      }
      for (const table of build(builder, [])) drained.push(table.drainEvaluations())
      expect(countsOf(...drained)).toEqual(countsOf(...expected))
    }),
    { numRuns: 500, interruptAfterTimeLimit: 20_000 },
  )
})
