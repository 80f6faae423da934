import { expect, test } from 'vitest'
import { FollowedRules } from '../../../operators/rules/followed-rules.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

const rule = ruleSchema.parse({
  rule_id: 'big',
  name: 'Big',
  event_types: ['trade'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
})

function followed() {
  const rules = new FollowedRules()
  const moves: number[] = []
  rules.moved$.subscribe(() => moves.push(rules.offset))
  const look = (offset: number, end: number, hasChanged = false) => {
    rules.take(hasChanged ? [rule] : [], { offset, end, hasChanged })
  }
  return { rules, moves, look }
}

test('has the rules of the last change, and says how far they were read', () => {
  const { rules, moves, look } = followed()
  expect([rules.offset, rules.table.byId('big')]).toEqual([0, undefined])
  look(7, 7, true)
  expect([rules.offset, rules.table.byId('big')]).toEqual([7, rule])
  const { table } = rules
  look(9, 9)
  expect(rules.table).toBe(table)
  expect(moves).toEqual([7, 9])
})

test('says nothing where nothing has moved', () => {
  const { moves, look } = followed()
  look(7, 7, true)
  look(7, 7)
  expect(moves).toEqual([7])
})

test('covers what was read, and nothing beyond it', () => {
  const { rules, look } = followed()
  look(7, 7)
  expect([rules.covers(0), rules.covers(7), rules.covers(8)]).toEqual([true, true, false])
  look(8, 8)
  expect(rules.covers(8)).toBe(true)
})

test('waits for an offset as long as the topic may still have it', () => {
  const { rules, look } = followed()
  look(7, 12)
  for (let n = 0; n < 5; n++) {
    expect(rules.covers(12)).toBe(false)
    look(7, 12)
  }
})

test('waits no more once the topic has shown twice that it ends before', () => {
  const { rules, moves, look } = followed()
  look(7, 7)
  expect(rules.covers(500)).toBe(false)
  look(7, 7)
  expect(rules.covers(500)).toBe(false)
  // That look may have been under way when the question came.
  look(7, 7)
  expect(rules.covers(500)).toBe(true)
  // Whoever waits is told at each look.
  expect(moves).toEqual([7, 7, 7])
})

test('counts the looks of each question by itself', () => {
  const { rules, look } = followed()
  look(7, 7)
  expect(rules.covers(500)).toBe(false)
  look(7, 7)
  look(7, 7)
  expect([rules.covers(500), rules.covers(600)]).toEqual([true, false])
})

test('lanes go on with the table before while the next one is compiled, and with its offset', () => {
  const clock = new DrivenClock(0)
  const rules = new FollowedRules(clock)
  const moves: number[] = []
  rules.moved$.subscribe(() => moves.push(rules.offset))
  const named = (name: string) => [{ ...rule, name }]
  rules.take(named('first'), { offset: 3, end: 3, hasChanged: true })
  expect([rules.table.byId('big'), rules.offset, rules.covers(3)]).toEqual([undefined, 0, false])
  // What comes meanwhile waits for one more table, and only the last of it is compiled.
  rules.take(named('second'), { offset: 4, end: 4, hasChanged: true })
  rules.take(named('third'), { offset: 5, end: 5, hasChanged: true })
  rules.take([], { offset: 6, end: 6, hasChanged: false })
  clock.advanceTo(0)
  expect([rules.table.byId('big')?.name, rules.offset, rules.covers(6)]).toEqual(['third', 6, true])
  expect(moves.filter(offset => offset > 0)).toEqual([3, 6])
})
