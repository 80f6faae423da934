import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LimitLearner } from '../../../../operators/gateway/learning/limit-learner.ts'
import type { SentCall } from '../../../../operators/gateway/learning/quiet.ts'
import type { QuotaLimits } from '../../../../operators/gateway/quota.ts'
import { modelLimitsSchema } from '../../../../schemas/model-limits.ts'
import { quotaLimitNames } from '../../../../schemas/quota-limits.ts'
import { useOf } from './use-of.ts'
import { noLimits } from '../../../support/no-limits.ts'

const START_MS = 1_700_000_000_000

const limit = fc.option(fc.integer({ min: 1, max: 2000 }), { nil: null })
const configured = fc.record({
  requests_per_minute: limit,
  tokens_per_minute: limit,
  concurrency: limit,
  requests_per_day: limit,
})
const used = fc.record({
  requests_per_minute: fc.nat(2500),
  tokens_per_minute: fc.nat(2500),
  requests_per_day: fc.nat(2500),
  concurrency: fc.nat(100),
})
const limitName = fc.constantFrom(...quotaLimitNames)
const told = fc.option(
  fc.record({
    name: limitName,
    limit: fc.integer({ min: 1, max: 4000 }),
    remaining: fc.option(fc.nat(4000)),
  }),
  { nil: undefined },
)
const end = fc.record({
  kind: fc.constantFrom('accepted', 'accepted', 'refused', 'ended'),
  /** Which of the calls under way. */
  which: fc.nat(50),
  told,
  limitHit: fc.option(limitName, { nil: undefined }),
  retryAfterMs: fc.option(fc.constantFrom(0, 100, 5000, 36_000, 300_000), { nil: undefined }),
})
const step = fc.oneof(
  { weight: 3, arbitrary: fc.record({ act: fc.constant('start' as const), used }) },
  { weight: 3, arbitrary: fc.record({ act: fc.constant('end' as const), end }) },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('pass' as const),
      ms: fc.constantFrom(1, 80, 1000, 7000, 61_000),
    }),
  },
)
type Step = typeof step extends fc.Arbitrary<infer Value> ? Value : never
type End = typeof end extends fc.Arbitrary<infer Value> ? Value : never

/** A gate: sends a call only where one may be sent. */
class Gate {
  readonly learner: LimitLearner
  nowMs = START_MS
  private readonly calls: SentCall[] = []

  constructor(limits: QuotaLimits) {
    this.learner = new LimitLearner({ configured: limits, jitterMs: 1000 })
  }

  take(taken: Step) {
    if (taken.act === 'start') this.start(taken.used)
    if (taken.act === 'end') this.end(taken.end)
    if (taken.act === 'pass') this.nowMs += taken.ms
  }

  get closedMs() {
    return this.learner.closedMs(this.nowMs)
  }

  private start(use: Parameters<typeof useOf>[0]) {
    if (this.closedMs === 0) this.calls.push(this.learner.started(this.nowMs, useOf(use)))
  }

  private end({ kind, which, told: header, limitHit, retryAfterMs }: End) {
    const [call] = this.calls.splice(which % Math.max(1, this.calls.length), 1)
    if (call === undefined) return
    const { nowMs } = this
    const limits = header && {
      [header.name]: { resetMs: null, limit: header.limit, remaining: header.remaining },
    }
    if (kind === 'accepted') this.learner.accepted(call, nowMs, limits)
    else if (kind === 'ended') this.learner.ended(call, nowMs)
    else this.learner.refused(call, { nowMs, limitHit, retryAfterMs, limits })
  }
}

test('whatever happens, holds to at least one and never to more than is configured, and closes for no longer than it was told', () => {
  fc.assert(
    fc.property(configured, fc.array(step, { maxLength: 200 }), (some, steps) => {
      const limits = { ...noLimits, ...some }
      const gate = new Gate(limits)
      for (const taken of steps) {
        gate.take(taken)
        for (const name of quotaLimitNames) {
          const held = gate.learner.limits[name]
          expect(held ?? 1).toBeGreaterThanOrEqual(1)
          if (limits[name] !== null) expect(held ?? Infinity).toBeLessThanOrEqual(limits[name])
        }
        expect(gate.closedMs).toBeGreaterThanOrEqual(0)
        expect(gate.closedMs).toBeLessThanOrEqual(300_000)
      }
    }),
    { numRuns: 500 },
  )
})

test('lets one call through at a time after a refusal, until one is accepted or out for long', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 100 }), steps => {
      const gate = new Gate({ ...noLimits, requests_per_minute: 600 })
      const call = gate.learner.started(gate.nowMs, useOf({}))
      gate.learner.refused(call, { nowMs: gate.nowMs })
      for (const taken of steps) {
        gate.nowMs += gate.closedMs
        const canary = gate.learner.started(gate.nowMs, useOf({}))
        expect(gate.closedMs).toBeGreaterThan(0)
        if (taken.act === 'start') gate.learner.ended(canary, gate.nowMs)
        else gate.learner.refused(canary, { nowMs: gate.nowMs })
        expect(gate.closedMs).toBeGreaterThan(0)
      }
    }),
    { numRuns: 200 },
  )
})

test('what is kept fits its schema, and teaches the next process the same', () => {
  fc.assert(
    fc.property(configured, fc.array(step, { maxLength: 200 }), (some, steps) => {
      const limits = { ...noLimits, ...some }
      const gate = new Gate(limits)
      for (const taken of steps) {
        gate.take(taken)
      }
      const kept = modelLimitsSchema.parse(JSON.parse(JSON.stringify(gate.learner.snapshot(gate.nowMs))))
      const next = new LimitLearner({ configured: limits, jitterMs: 1000 })
      next.restore(kept, gate.nowMs)
      for (const name of quotaLimitNames)
        expect(next.evidence[name].learned).toEqual(gate.learner.evidence[name].learned)
    }),
    { numRuns: 300 },
  )
})
