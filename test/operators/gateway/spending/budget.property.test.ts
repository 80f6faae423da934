import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Budget, budget, type Reservation } from '../../../../operators/gateway/spending/budget.ts'

const DAY_MS = 86_400_000
// In thousandths of a dollar, so that sums are exact here too.
const limits = { a: 1000, b: 500, c: null, process: 1500 } as const
const names = ['a', 'b', 'c', 'process'] as const
const ruleId = fc.constantFrom('a' as const, 'b' as const, 'c' as const)
const cost = fc.nat(300)
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ act: fc.constant('reserve' as const), ruleId, cost }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('settle' as const), which: fc.nat(20), cost }) },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('pass' as const), ms: fc.nat(DAY_MS / 2) }) },
)

test('exceeds no budget by more than the estimates of the calls under way at once were too low', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 150 }), steps => {
      const clock = { nowMs: 0, now: () => clock.nowMs }
      const tally = new Tally(
        budget({ usdPerDay: limits.process / 1000, rulesMax: 10, clock, onWarned: () => undefined }),
      )
      for (const taken of steps) {
        if (taken.act === 'reserve') tally.reserve(taken.ruleId, taken.cost)
        if (taken.act === 'settle') tally.settle(taken.which, taken.cost)
        if (taken.act === 'pass') {
          const day = dayOf(clock.nowMs)
          clock.nowMs += taken.ms
          if (dayOf(clock.nowMs) > day) tally.spent.clear()
        }
        expectWithin(tally)
      }
    }),
    { numRuns: 500 },
  )
})

test('spends all of a budget and no more where the estimates hold, however many calls are made at once', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 200, maxLength: 300 }), costs => {
      const tally = new Tally(
        budget({ usdPerDay: null, rulesMax: 10, clock: { now: () => 0 }, onWarned: () => undefined }),
      )
      for (const one of costs) tally.reserve('a', one)
      while (tally.underWay > 0) tally.settle(0)
      expect(tally.spent.get('a')).toBeLessThanOrEqual(limits.a)
      expect(tally.spent.get('a')).toBeGreaterThan(limits.a - 50)
    }),
    { numRuns: 100 },
  )
})

function expectWithin(tally: Tally): void {
  for (const name of names) {
    const allowed = (limits[name] ?? Infinity) + tally.worstErrors(name)
    expect(tally.spent.get(name) ?? 0).toBeLessThanOrEqual(allowed)
  }
}

type Name = (typeof names)[number]

interface Call {
  readonly ruleId: Name
  readonly estimated: number
  readonly reservation: Extract<Reservation, { kind: 'reserved' }>
}

/** Makes calls and keeps books of its own. */
class Tally {
  readonly spent = new Map<Name, number>()
  private readonly errors = new Map<Name, number[]>()
  private readonly calls: Call[] = []
  private readonly books: Budget
  private underWayMax = 0

  constructor(books: Budget) {
    this.books = books
  }

  get underWay(): number {
    return this.calls.length
  }

  reserve(ruleId: Name, estimated: number): void {
    const limit = limits[ruleId]
    const usdPerDay = limit === null ? null : limit / 1000
    const reservation = this.books.reserve({ ruleId, usdPerDay }, estimated / 1000)
    if (reservation.kind === 'reserved') this.calls.push({ ruleId, estimated, reservation })
    this.underWayMax = Math.max(this.underWayMax, this.calls.length)
  }

  settle(which: number, cost?: number): void {
    const [call] = this.calls.splice(which % Math.max(this.calls.length, 1), 1)
    if (call === undefined) return
    const actual = cost ?? call.estimated
    call.reservation.settle(cost === undefined ? null : cost / 1000)
    for (const name of [call.ruleId, 'process'] as const) {
      this.spent.set(name, (this.spent.get(name) ?? 0) + actual)
      this.errors.set(name, [...(this.errors.get(name) ?? []), Math.max(actual - call.estimated, 0)])
    }
  }

  /** Of as many calls as were ever under way at once. */
  worstErrors(name: Name): number {
    const worst = (this.errors.get(name) ?? []).toSorted((x, y) => y - x).slice(0, this.underWayMax)
    return worst.reduce((sum, error) => sum + error, 0)
  }
}

function dayOf(nowMs: number): number {
  return Math.floor(nowMs / DAY_MS)
}
