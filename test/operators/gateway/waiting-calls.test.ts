import { expect, test } from 'vitest'
import {
  AGEING_MS,
  OLDEST_EVERY,
  type WaitingCall,
  WaitingCalls,
} from '../../../operators/gateway/waiting-calls.ts'
import type { CallPriority } from '../../../schemas/rule.ts'

interface Call extends WaitingCall {
  readonly name: string
}

/** A row of calls with a clock that is moved by hand. */
function row() {
  const calls = new WaitingCalls<Call>()
  const entered = new Map<string, Call>()
  let nowMs = 0
  return {
    calls,
    at: (ms: number) => {
      nowMs = ms
    },
    enter: (name: string, priority: CallPriority = 'medium', ruleId = 'r') => {
      const call = { name, priority, ruleId, sinceMs: nowMs, isWaiting: false }
      entered.set(name, call)
      calls.enter(call)
    },
    leave: (name: string) => {
      const call = entered.get(name)
      if (call !== undefined) calls.remove(call, false)
    },
    give: () => {
      const call = calls.next(nowMs)
      if (call !== undefined) calls.remove(call, true)
      return call?.name
    },
  }
}

test('gives turns by priority, and in order within a rule', () => {
  const { enter, give, calls } = row()
  enter('low', 'low')
  enter('medium 1')
  enter('critical', 'critical')
  enter('medium 2')
  enter('high', 'high')
  expect(calls.count).toBe(5)
  expect(calls.countAt('medium')).toBe(2)
  expect(Array.from({ length: 6 }, give)).toEqual([
    'critical',
    'high',
    'medium 1',
    'medium 2',
    'low',
    undefined,
  ])
  expect(calls.count).toBe(0)
})

test('gives the rules of one priority their turns one after the other', () => {
  const { enter, give } = row()
  for (const name of ['a1', 'a2', 'a3', 'a4']) enter(name, 'medium', 'a')
  enter('b1', 'medium', 'b')
  enter('c1', 'medium', 'c')
  enter('b2', 'medium', 'b')
  expect(Array.from({ length: 7 }, give)).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3', 'a4'])
})

test('asks for the next without giving it', () => {
  const { calls, enter } = row()
  enter('first')
  expect(calls.next(0)?.name).toBe('first')
  expect(calls.next(0)?.name).toBe('first')
  expect(calls.count).toBe(1)
})

test('passes over calls that have left, whether first or last', () => {
  const { enter, leave, give, calls } = row()
  for (const name of ['a', 'b', 'c', 'd']) enter(name)
  leave('a')
  leave('a')
  leave('d')
  expect(calls.count).toBe(2)
  expect([give(), give(), give()]).toEqual(['b', 'c', undefined])
  enter('e')
  expect(give()).toBe('e')
})

test('lets a call rise by a priority with each ageing step, up to high and never past critical', () => {
  const { at, enter, give } = row()
  enter('old low', 'low')
  at(AGEING_MS - 1)
  enter('medium')
  expect(give()).toBe('medium')
  at(AGEING_MS)
  enter('young medium')
  expect(give()).toBe('old low')
  expect(give()).toBe('young medium')
  enter('waited long', 'low')
  at(AGEING_MS * 10)
  enter('critical', 'critical')
  enter('high', 'high')
  expect([give(), give(), give()]).toEqual(['critical', 'waited long', 'high'])
})

test('gives every so many-th turn to the call that has waited longest, so that nothing starves', () => {
  const { at, enter, give } = row()
  enter('low', 'low')
  const given: (string | undefined)[] = []
  for (let turn = 1; turn <= OLDEST_EVERY; turn++) {
    at(turn)
    enter(`critical ${turn}`, 'critical')
    given.push(give())
  }
  expect(given.indexOf('low')).toBe(OLDEST_EVERY - 1)
})

test('forgets rules and calls that have left, though their priority never has a turn', () => {
  const { at, enter, leave, give, calls } = row()
  for (let n = 0; n < 5000; n++) {
    at(n)
    enter(`low ${n}`, 'low', `rule ${n % 3}`)
    enter(`critical ${n}`, 'critical')
    give()
    leave(`low ${n}`)
  }
  expect(calls.kept).toBeLessThan(100)
})
