import { asapScheduler, filter, firstValueFrom, scheduled } from 'rxjs'
import { expect, test } from 'vitest'
import { ruleTableBuilder } from '../../../operators/matching/rule-table-builder.ts'
import type { RuleTable } from '../../../operators/matching/rule-table.ts'
import { EXPRESSION_CHARACTERS_MAX } from '../../../operators/expression/parse-expression.ts'
import type { Event } from '../../../schemas/event.ts'
import { type Rule, ruleSchema } from '../../../schemas/rule.ts'

function rule(id: string, expression: string): Rule {
  return ruleSchema.parse({
    rule_id: id,
    name: 'a rule',
    event_types: ['trade'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression } },
  })
}

function event(data: Event['data']): Event {
  const envelope = { event_id: 'e', event_type: 'trade', source: 's', context_key: 'k' }
  return { ...envelope, timestamp: '2026-11-20T10:00:00.123Z', data }
}

function finish(steps: Generator<RuleTable | null>): { readonly table: RuleTable; readonly pauses: number } {
  let pauses = 0
  for (const table of steps) {
    if (table !== null) return { table, pauses }
    pauses += 1
  }
  throw new Error('there was no table')
}

/** The same rules, which note how many characters of their expressions are looked at. */
function watched(rules: readonly Rule[]) {
  const seen = { characters: 0 }
  const noting = rules.map(given => ({
    ...given,
    get rule_config() {
      const config = given.rule_config
      if (config.pre_filter === undefined) return config
      const { expression } = config.pre_filter
      return {
        ...config,
        pre_filter: {
          get expression() {
            seen.characters += expression.length
            return expression
          },
        },
      }
    },
  }))
  return { seen, noting }
}

/** As long as an expression may be. */
function longest(index: number): string {
  const terms = Array.from({ length: 120 }, (_, term) => `f${term} > ${index}.${term}`).join(' && ')
  return `${terms} && t == "${'x'.repeat(EXPRESSION_CHARACTERS_MAX - terms.length - 11)}"`
}

test('pauses often enough while it compiles the longest expressions', () => {
  const { seen, noting } = watched(
    Array.from({ length: 60 }, (_, index) => rule(`r${index}`, longest(index))),
  )
  const slices: number[] = []
  for (const table of ruleTableBuilder()(noting)) {
    slices.push(seen.characters)
    seen.characters = 0
    if (table !== null) expect(table.match(event({}))).toEqual([])
  }
  // Each expression is looked at twice, for its length and to be compiled.
  expect(Math.max(...slices)).toBeLessThanOrEqual(2 * (4096 + EXPRESSION_CHARACTERS_MAX))
  expect(slices.length).toBeGreaterThan(30)
})

test('pauses while it indexes rules that are compiled already', () => {
  const rules = Array.from({ length: 2000 }, (_, index) =>
    rule(`r${index}`, `a == "${index}" && b > ${index}`),
  )
  const build = ruleTableBuilder()
  const first = finish(build(rules))
  const second = finish(build(rules))
  expect(second.pauses).toBeGreaterThan(5)
  expect(second.pauses).toBeLessThan(first.pauses)
})

test('compiles a rule once, also when the build of a table was given up', () => {
  const { seen, noting } = watched([rule('a', 'volume > 1'), rule('b', 'volume > 2')])
  const build = ruleTableBuilder()
  for (const table of build(noting)) if (table === null) break
  finish(build(noting))
  seen.characters = 0
  const { table } = finish(build(noting.slice(1)))
  expect(seen.characters).toBe(0)
  expect(table.match(event({ volume: 3 })).map(match => match.rule.rule_id)).toEqual(['b'])
})

test('answers by the rules of its own, while another table is being built and after', () => {
  const build = ruleTableBuilder()
  const { table: before } = finish(build([rule('a', 'volume > 1')]))
  const next = build([rule('a', 'volume > 5 && price > 1')])
  next.next()
  expect(before.match(event({ volume: 2 }))).toHaveLength(1)
  const { table: after } = finish(next)
  expect(after.match(event({ volume: 2, price: 2 }))).toHaveLength(0)
  expect(after.match(event({ volume: 6, price: 2 }))).toHaveLength(1)
  expect(before.match(event({ volume: 2 }))).toHaveLength(1)
})

test('passes on what was counted before it, also of rules that are gone, and after it was built', () => {
  const build = ruleTableBuilder()
  const { table: first } = finish(build([rule('a', 'volume > 1'), rule('gone', 'true')]))
  first.match(event({ volume: 2 }))
  const { table: second } = finish(build([rule('a', 'volume > 5')]))
  first.match(event({ volume: 2 }))
  second.match(event({ volume: 2 }))
  expect(second.drainEvaluations()).toEqual([
    { ruleId: 'a', result: 'match', count: 2 },
    { ruleId: 'a', result: 'no_match', count: 1 },
    { ruleId: 'gone', result: 'match', count: 2 },
  ])
  expect(second.drainEvaluations()).toEqual([])
})

test('is due for a report after each slice with few rules, and with many after some events for each', () => {
  const rules = Array.from({ length: 100 }, (_, index) => rule(`r${index}`, `volume > ${index}`))
  const { table: few } = finish(ruleTableBuilder()(rules.slice(0, 64)))
  expect(few.evaluationsDue).toBe(true)
  const { table: many } = finish(ruleTableBuilder()(rules))
  for (let events = 0; events < 3199; events += 1) many.match(event({}))
  expect(many.evaluationsDue).toBe(false)
  many.match(event({}))
  expect(many.evaluationsDue).toBe(true)
  many.drainEvaluations()
  expect(many.evaluationsDue).toBe(false)
})

test('gives its pauses to a scheduler', async () => {
  const rules = Array.from({ length: 2000 }, (_, index) => rule(`r${index}`, `a == "${index}"`))
  const table$ = scheduled(ruleTableBuilder()(rules), asapScheduler).pipe(filter(table => table !== null))
  const table = await firstValueFrom(table$)
  expect(table.match(event({ a: '7' })).map(match => match.rule.rule_id)).toEqual(['r7'])
})
