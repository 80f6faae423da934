import { expect, test } from 'vitest'
import {
  type Budget,
  budget,
  type BudgetOptions,
  type BudgetWarning,
  type Reservation,
} from '../../../../operators/gateway/spending/budget.ts'

const DAY_MS = 86_400_000
const NOON_MS = 20_000 * DAY_MS + DAY_MS / 2

function budgetOf(options: Partial<BudgetOptions> = {}) {
  const clock = { nowMs: NOON_MS, now: () => clock.nowMs }
  const warnings: BudgetWarning[] = []
  const books = budget({
    usdPerDay: null,
    rulesMax: 10,
    clock,
    onWarned: warning => warnings.push(warning),
    ...options,
  })
  return { clock, warnings, books }
}

function spend(books: Budget, ruleId: string, amounts: { usd: number; usdPerDay?: number | null }): void {
  settle(books.reserve({ ruleId, usdPerDay: amounts.usdPerDay ?? null }, amounts.usd), amounts.usd)
}

function settle(reservation: Reservation, usd: number | null): void {
  if (reservation.kind !== 'reserved') throw new Error(`spent by the ${reservation.by}`)
  reservation.settle(usd)
}

const a = { ruleId: 'a', usdPerDay: 1 }

test('is open, warned from 80 % on, and spent at 100 %', () => {
  const { books } = budgetOf()
  expect(books.stateOf('a')).toBe('open')
  const states = Array.from({ length: 10 }, () => {
    spend(books, 'a', { usd: 0.1, usdPerDay: 1 })
    return books.stateOf('a')
  })
  expect(states).toEqual([...Array.from({ length: 7 }, () => 'open'), 'warned', 'warned', 'spent'])
  expect(books.reserve(a, 0.1)).toEqual({ kind: 'spent', by: 'rule' })
  expect(books.stateOf('b')).toBe('open')
})

test.each([
  [0.1, 0.3],
  [0.067, 0.201],
])('counts exactly: three times %d fit into %d', (usd, usdPerDay) => {
  const { books } = budgetOf()
  for (let n = 0; n < 3; n++) spend(books, 'a', { usd, usdPerDay })
  expect(books.stateOf('a')).toBe('spent')
})

test('is spent when a call is refused, until a smaller one fits', () => {
  const { books } = budgetOf()
  spend(books, 'a', { usd: 0.5, usdPerDay: 1 })
  expect(books.reserve(a, 0.6)).toEqual({ kind: 'spent', by: 'rule' })
  expect(books.stateOf('a')).toBe('spent')
  spend(books, 'a', { usd: 0.1, usdPerDay: 1 })
  expect(books.stateOf('a')).toBe('open')
})

test('holds the estimate of each call until it ends, so that a hundred at once stay within', () => {
  const { books } = budgetOf()
  const asked = Array.from({ length: 100 }, () => books.reserve(a, 0.3))
  expect(asked.map(({ kind }) => kind).filter(kind => kind === 'reserved')).toHaveLength(3)
  expect(books.stateOf('a')).toBe('spent')
  const [first, second, third] = asked
  if (!first || !second || !third) throw new Error('three are reserved')
  settle(first, 0)
  settle(second, 0.1)
  settle(third, null)
  spend(books, 'a', { usd: 0.6, usdPerDay: 1 })
  expect(books.stateOf('a')).toBe('spent')
})

test('settles a call once', () => {
  const { books } = budgetOf()
  const reservation = books.reserve(a, 0.5)
  for (let n = 0; n < 3; n++) settle(reservation, 0.5)
  expect(books.stateOf('a')).toBe('open')
  spend(books, 'a', { usd: 0.5, usdPerDay: 1 })
  expect(books.stateOf('a')).toBe('spent')
})

test('charges what a call has cost beyond its estimate', () => {
  const { books } = budgetOf()
  settle(books.reserve(a, 0.1), 1.2)
  expect(books.stateOf('a')).toBe('spent')
  expect(books.reserve(a, 0)).toEqual({ kind: 'spent', by: 'rule' })
})

test('stops all rules at the budget of the process', () => {
  const { books } = budgetOf({ usdPerDay: 1 })
  spend(books, 'a', { usd: 0.5 })
  spend(books, 'b', { usd: 0.4 })
  expect(books.state).toBe('warned')
  expect(books.reserve({ ruleId: 'c', usdPerDay: 0.2 }, 0.2)).toEqual({ kind: 'spent', by: 'process' })
  expect(books.state).toBe('spent')
  // What the process refused is not held by the rule.
  expect(books.stateOf('c')).toBe('open')
  spend(books, 'c', { usd: 0.1, usdPerDay: 0.1 })
})

test('does not stop a rule without a budget', () => {
  const { books, warnings } = budgetOf()
  spend(books, 'a', { usd: 1e6 })
  expect([books.stateOf('a'), books.state, warnings]).toEqual(['open', 'open', []])
})

test('takes a budget that is changed at the next call', () => {
  const { books } = budgetOf()
  spend(books, 'a', { usd: 1, usdPerDay: 1 })
  expect(books.reserve({ ruleId: 'a', usdPerDay: 2 }, 0.5)).toMatchObject({ kind: 'reserved' })
  expect(books.reserve({ ruleId: 'a', usdPerDay: 1.2 }, 0.5)).toEqual({ kind: 'spent', by: 'rule' })
})

test('warns once a day, for the rule and for the process', () => {
  const { books, warnings, clock } = budgetOf({ usdPerDay: 10 })
  spend(books, 'a', { usd: 0.7, usdPerDay: 1 })
  expect(warnings).toEqual([])
  for (let n = 0; n < 3; n++) spend(books, 'a', { usd: 0.1, usdPerDay: 1 })
  expect(warnings).toEqual([{ ruleId: 'a', spentUsd: 0.8, usdPerDay: 1 }])
  spend(books, 'b', { usd: 8 })
  expect(warnings.slice(1)).toEqual([{ ruleId: null, spentUsd: 9, usdPerDay: 10 }])
  clock.nowMs += DAY_MS
  spend(books, 'a', { usd: 0.9, usdPerDay: 1 })
  spend(books, 'b', { usd: 8 })
  expect(warnings.slice(2)).toEqual([
    { ruleId: 'a', spentUsd: 0.9, usdPerDay: 1 },
    { ruleId: null, spentUsd: 8.9, usdPerDay: 10 },
  ])
})

test('is open again at midnight UTC', () => {
  const { books, clock } = budgetOf({ usdPerDay: 1 })
  spend(books, 'a', { usd: 1, usdPerDay: 1 })
  clock.nowMs = NOON_MS + DAY_MS / 2 - 1
  expect([books.stateOf('a'), books.state]).toEqual(['spent', 'spent'])
  clock.nowMs += 1
  expect([books.stateOf('a'), books.state]).toEqual(['open', 'open'])
  spend(books, 'a', { usd: 1, usdPerDay: 1 })
})

test('counts a call on the day on which it ends, and holds its estimate until then', () => {
  const { books, clock } = budgetOf({ usdPerDay: 1 })
  const underWay = books.reserve(a, 0.4)
  clock.nowMs += DAY_MS
  expect(books.reserve(a, 0.7)).toEqual({ kind: 'spent', by: 'rule' })
  clock.nowMs += DAY_MS
  settle(underWay, 0.4)
  expect(books.reserve(a, 0.7)).toEqual({ kind: 'spent', by: 'rule' })
  spend(books, 'a', { usd: 0.6, usdPerDay: 1 })
  expect([books.stateOf('a'), books.state]).toEqual(['spent', 'spent'])
})

test('does not give the money of a day twice when the clock is set back', () => {
  const { books, clock } = budgetOf()
  clock.nowMs += DAY_MS
  spend(books, 'a', { usd: 1, usdPerDay: 1 })
  clock.nowMs -= DAY_MS
  expect(books.stateOf('a')).toBe('spent')
  clock.nowMs += DAY_MS
  expect(books.stateOf('a')).toBe('spent')
})

test('goes on after a restart with what was spent before it', () => {
  const { books, warnings } = budgetOf({ usdPerDay: 2 })
  books.restore([
    { ruleId: 'a', usd: 0.9 },
    { ruleId: 'b', usd: 0.8 },
  ])
  expect(books.state).toBe('warned')
  expect(warnings).toEqual([{ ruleId: null, spentUsd: 1.7, usdPerDay: 2 }])
  expect(books.reserve(a, 0.2)).toEqual({ kind: 'spent', by: 'rule' })
  expect(books.reserve({ ruleId: 'b', usdPerDay: 5 }, 0.4)).toEqual({ kind: 'spent', by: 'process' })
})

test('lets rules beyond its maximum share an account, so that they stop early and never late', () => {
  const { books, clock } = budgetOf({ rulesMax: 2 })
  for (const ruleId of ['a', 'b', 'c', 'd']) spend(books, ruleId, { usd: 0.5, usdPerDay: 1 })
  expect(['a', 'b', 'c', 'd', 'e'].map(ruleId => books.stateOf(ruleId))).toEqual([
    'open',
    'open',
    'spent',
    'spent',
    'spent',
  ])
  expect(books.reserve({ ruleId: 'e', usdPerDay: 1 }, 0.1).kind).toBe('spent')
  clock.nowMs += DAY_MS
  for (const ruleId of ['c', 'd']) spend(books, ruleId, { usd: 0.5, usdPerDay: 1 })
  expect(['a', 'b', 'c', 'd'].map(ruleId => books.stateOf(ruleId))).toEqual(['open', 'open', 'open', 'open'])
  spend(books, 'a', { usd: 1, usdPerDay: 1 })
})
