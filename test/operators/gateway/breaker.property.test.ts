import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Admission, Breaker } from '../../../operators/gateway/breaker.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'

const failures: readonly FailureCode[] = [
  'model_overloaded',
  'model_timeout',
  'model_unreachable',
  'model_rate_limited',
  'model_request_rejected',
  'model_out_of_money',
  'model_key_rejected',
]

const step = fc.record({
  laterMs: fc.oneof(fc.nat(200), fc.nat(20_000)),
  asks: fc.nat(8),
  /** Which of the calls in flight end, and how. */
  ends: fc.array(fc.record({ at: fc.nat(6), how: fc.constantFrom('ok', 'given up', ...failures) }), {
    maxLength: 12,
  }),
})

test('never lets two probe at once, and never closes without a probe that succeeded', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const breaker = new Breaker()
      const inFlight: Admission[] = []
      let nowMs = 0
      for (const { laterMs, asks, ends } of steps) {
        nowMs += laterMs
        for (let n = 0; n < asks; n++) inFlight.push(...askedFor(breaker, nowMs))
        expect(inFlight.filter(({ kind }) => kind === 'probe').length).toBeLessThanOrEqual(1)
        for (const { at, how } of ends) {
          for (const admission of inFlight.splice(at, 1)) expectEnd(breaker, { admission, how, nowMs })
        }
      }
      // Whatever happened: once all have ended, it lets a call through within its longest time.
      for (const admission of inFlight) breaker.abandoned(admission)
      expect(breaker.admits(nowMs + 60_000).kind).not.toBe('wait')
    }),
  )
})

function askedFor(breaker: Breaker, nowMs: number): readonly Admission[] {
  const wasOpen = isOpen(breaker)
  const answer = breaker.admits(nowMs)
  expect(answer.kind === 'yes').toBe(!wasOpen)
  if (answer.kind !== 'wait') return [answer]
  expect(answer.waitMs).toBeGreaterThan(0)
  return []
}

interface End {
  readonly admission: Admission
  readonly how: FailureCode | 'ok' | 'given up'
  readonly nowMs: number
}

function expectEnd(breaker: Breaker, { admission, how, nowMs }: End): void {
  const wasOpen = isOpen(breaker)
  if (how === 'ok') breaker.succeeded(admission, nowMs)
  else if (how === 'given up') breaker.abandoned(admission)
  else breaker.failed(admission, new PipelineError(how, 'made to fail'), nowMs)
  if (wasOpen) expect(isOpen(breaker)).toBe(!(admission.kind === 'probe' && how === 'ok'))
}

function isOpen(breaker: Breaker): boolean {
  return breaker.reason !== null
}
