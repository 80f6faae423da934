import fc from 'fast-check'
import { expect, test } from 'vitest'
import { limiter, type Limiter } from '../../../../operators/gateway/limits/limiter.ts'
import type { QuotaLimits, TokenUse } from '../../../../operators/gateway/quota.ts'
import { type QuotaLimitName, quotaLimitNames } from '../../../../schemas/quota-limits.ts'

const START_MS = 1_700_000_000_000
const leaseMs = 900

const tokens = fc.record({ input: fc.nat(8), output: fc.nat(8) })
const limit = fc.option(fc.integer({ min: 16, max: 60 }), { freq: 2 })
const limitsOf: fc.Arbitrary<QuotaLimits> = fc.record({
  requests_per_minute: fc.option(fc.integer({ min: 1, max: 30 }), { freq: 2 }),
  tokens_per_minute: limit,
  input_tokens_per_minute: limit,
  output_tokens_per_minute: limit,
  requests_per_day: fc.option(fc.integer({ min: 1, max: 60 }), { freq: 2 }),
  tokens_per_day: fc.option(fc.integer({ min: 16, max: 200 }), { freq: 2 }),
  concurrency: fc.option(fc.integer({ min: 1, max: 8 }), { freq: 2 }),
})
const settings = fc.record({
  limits: limitsOf,
  minuteMs: fc.integer({ min: 100, max: 2000 }),
  jitterMs: fc.nat(500),
  charge: fc.constantFrom('estimate' as const, 'settle' as const),
})

/** One asks, after a time or when it was told to, and an earlier call may end. */
const step = fc.record({
  passedMs: fc.option(fc.oneof(fc.nat(30), fc.nat(2500)), { freq: 2 }),
  estimated: tokens,
  /** Never more than was estimated, of which a share was used. */
  usedShare: fc.integer({ min: 0, max: 4 }).map(quarters => quarters / 4),
  critical: fc.boolean(),
  settled: fc.option(fc.nat(20), { freq: 2 }),
  /** Of the jitter, what the way of this call is longer than the shortest one. */
  delayShare: fc.constantFrom(0, 0, 0.3, 1, 1),
})
const steps = fc.array(step, { minLength: 1, maxLength: 150 })

const costs: Readonly<Record<QuotaLimitName, (use: TokenUse) => number>> = {
  requests_per_minute: () => 1,
  tokens_per_minute: ({ input, output }) => input + output,
  input_tokens_per_minute: ({ input }) => input,
  output_tokens_per_minute: ({ output }) => output,
  requests_per_day: () => 1,
  tokens_per_day: ({ input, output }) => input + output,
  concurrency: () => 1,
}

interface Call {
  readonly lease: string
  readonly sentMs: number
  readonly arrivedMs: number
  readonly estimated: TokenUse
  readonly used: TokenUse
  /** What the provider charges by what is known. */
  charged: TokenUse
  endedMs: number
}

type Settings = typeof settings extends fc.Arbitrary<infer T> ? T : never
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never

/** Plays the steps; `check` comes after each of them. */
function play(
  { limits, minuteMs, jitterMs, charge }: Settings,
  taken: readonly Step[],
  check: (model: Limiter, calls: readonly Call[], nowMs: number) => void = () => undefined,
): { readonly model: Limiter; readonly nowMs: number } {
  const model = limiter({ limits, minuteMs, dayMs: 4 * minuteMs, jitterMs, charge, leaseMs })
  const calls: Call[] = []
  let nowMs = START_MS
  let toldMs = 0
  // It may have been settled before, or its lease may have ended.
  const settle = (call: Call) => {
    model.settle(nowMs, call.lease, call.used)
    if (charge === 'settle' && call.endedMs > nowMs) call.charged = call.used
    call.endedMs = Math.min(call.endedMs, nowMs)
  }
  for (const each of taken) {
    nowMs += each.passedMs ?? toldMs
    const ending = calls[(each.settled ?? NaN) % calls.length]
    if (ending !== undefined) settle(ending)
    const answer = model.take(nowMs, { tokens: each.estimated, critical: each.critical })
    toldMs = answer.kind === 'wait' ? answer.waitMs : 0
    if (answer.kind === 'granted') {
      calls.push({ lease: answer.lease, sentMs: nowMs, ...sent(each, nowMs, jitterMs) })
    }
    check(model, calls, nowMs)
  }
  return { model, nowMs }
}

function sent({ estimated, usedShare, delayShare }: Step, nowMs: number, jitterMs: number) {
  return {
    estimated,
    used: {
      input: Math.floor(usedShare * estimated.input),
      output: Math.floor(usedShare * estimated.output),
    },
    charged: estimated,
    arrivedMs: nowMs + delayShare * jitterMs,
    endedMs: nowMs + leaseMs,
  }
}

test('no window as the provider sees it ever holds more than the limit, whatever the delays', () => {
  fc.assert(
    fc.property(settings, steps, (chosen, taken) => {
      const { limits, minuteMs } = chosen
      const windowMs = (name: QuotaLimitName) => (name.endsWith('day') ? 4 * minuteMs : minuteMs)
      // After every step, since what is given back later must not hide what was too much.
      play(chosen, taken, (_, calls) => {
        const last = calls.at(-1)
        if (last === undefined) return
        for (const name of quotaLimitNames) {
          if (name === 'concurrency') continue
          const most = limits[name] ?? Infinity
          for (const { arrivedMs } of calls) {
            const seen = calls.filter(
              call => call.arrivedMs >= arrivedMs && call.arrivedMs - arrivedMs <= windowMs(name),
            )
            expect(sum(seen, name)).toBeLessThanOrEqual(most)
          }
        }
      })
    }),
    { numRuns: 300 },
  )
})

test('never has more calls in flight than there are places', () => {
  fc.assert(
    fc.property(settings, steps, (chosen, taken) => {
      play(chosen, taken, (model, calls, nowMs) => {
        const inFlight = calls.filter(({ endedMs }) => endedMs > nowMs).length
        expect(inFlight).toBeLessThanOrEqual(chosen.limits.concurrency ?? Infinity)
        expect(model.used(nowMs).concurrency).toBe(inFlight)
      })
    }),
    { numRuns: 300 },
  )
})

test('starts every call that asks again when it was told to, also where nobody settles', () => {
  fc.assert(
    fc.property(settings, steps, tokens, (chosen, taken, estimated) => {
      const { model, nowMs } = play(chosen, taken)
      let atMs = nowMs
      let answer = model.take(atMs, { tokens: estimated, critical: false })
      for (let asked = 0; asked < 100 && answer.kind === 'wait'; asked++) {
        expect(answer.waitMs).toBeGreaterThan(0)
        atMs += answer.waitMs
        answer = model.take(atMs, { tokens: estimated, critical: false })
      }
      expect(answer.kind).toBe('granted')
    }),
    { numRuns: 300 },
  )
})

test('charges each call once, as it was settled, lost or estimated', () => {
  fc.assert(
    fc.property(settings, steps, (chosen, taken) => {
      const { minuteMs, jitterMs } = chosen
      play(chosen, taken, (model, calls, nowMs) => {
        const used = model.used(nowMs)
        for (const name of quotaLimitNames) {
          if (name === 'concurrency') continue
          const spanMs = (name.endsWith('day') ? 4 : 1) * minuteMs + jitterMs
          const cellMs = Math.ceil(spanMs / 600)
          const sentWithin = (ms: number) => calls.filter(({ sentMs }) => nowMs - sentMs <= ms)
          expect(used[name]).toBeGreaterThanOrEqual(sum(sentWithin(spanMs), name))
          expect(used[name]).toBeLessThanOrEqual(sum(sentWithin(spanMs + 2 * cellMs), name))
        }
      })
    }),
    { numRuns: 300 },
  )
})

/** When calls are asked for, and how late the timer of a waiting one fires. */
const arrivals = fc.array(fc.record({ afterMs: fc.oneof(fc.nat(3), fc.nat(3000)), lateMs: fc.nat(3000) }), {
  minLength: 2,
  maxLength: 80,
})

test.each([
  ['in time', 0, 1],
  ['late', 1, 2],
])(
  'starts no more than its part of the limit in any time, and the first, with timers %s',
  (_, late, first) => {
    fc.assert(
      fc.property(arrivals, fc.integer({ min: 1, max: 500 }), (asked, perMinute) => {
        const startedMs = startAll(asked, perMinute, late)
        for (const [from, fromMs] of startedMs.entries()) {
          for (const [to, toMs] of startedMs.slice(from).entries()) {
            // A timer waits whole milliseconds, and what it waits longer is caught up.
            expect(to + 1).toBeLessThanOrEqual(first + ((toMs - fromMs + 1) * perMinute) / 60_000)
          }
        }
      }),
      { numRuns: 300 },
    )
  },
)

test('never falls behind its schedule, as long as calls wait and timers are not late by more than an interval', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 500 }),
      fc.array(fc.nat(100), { minLength: 50, maxLength: 50 }),
      (perMinute, late) => {
        const intervalMs = 61_200 / perMinute
        const asked = late.map(lateMs => ({ afterMs: 0, lateMs: Math.min(lateMs, intervalMs - 1) }))
        for (const [call, atMs] of startAll(asked, perMinute, 1).entries()) {
          expect(atMs - START_MS).toBeGreaterThanOrEqual(call * intervalMs - 0.01)
          expect(atMs - START_MS).toBeLessThanOrEqual((call + 1) * intervalMs)
        }
      },
    ),
    { numRuns: 300 },
  )
})

/** First come, first served: asks again when the waiting one was told to. */
function startAll(
  asked: readonly { readonly afterMs: number; readonly lateMs: number }[],
  perMinute: number,
  late: number,
): readonly number[] {
  const limits = { ...nothing, requests_per_minute: perMinute }
  const model = limiter({ limits, jitterMs: 1000, leaseMs: 1, charge: 'settle' })
  let askedMs = START_MS
  let nowMs = START_MS
  return asked.map(({ afterMs, lateMs }) => {
    askedMs += afterMs
    nowMs = Math.max(nowMs, askedMs)
    let answer = model.take(nowMs, { tokens: { input: 1, output: 1 }, critical: false })
    while (answer.kind === 'wait') {
      nowMs += answer.waitMs + late * lateMs
      answer = model.take(nowMs, { tokens: { input: 1, output: 1 }, critical: false })
    }
    return nowMs
  })
}

const nothing: QuotaLimits = {
  requests_per_minute: null,
  tokens_per_minute: null,
  input_tokens_per_minute: null,
  output_tokens_per_minute: null,
  requests_per_day: null,
  tokens_per_day: null,
  concurrency: null,
}

function sum(calls: readonly Call[], name: QuotaLimitName): number {
  return calls.reduce((total, { charged }) => total + costs[name](charged), 0)
}
