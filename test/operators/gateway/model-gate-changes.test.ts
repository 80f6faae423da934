import { defer, EMPTY, NEVER, type Observable, Subject } from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelReply } from '../../../operators/asking/model.ts'
import type { CallTerms } from '../../../operators/gateway/model-gate.ts'
import type { QuotaLimits } from '../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { callRequest, modelGateOf } from '../../support/model-gate-of.ts'
import { noLimits } from '../../support/no-limits.ts'

const terms: CallTerms = {
  price: null,
  retry: { retriesMax: 3, baseDelayMs: 2000, delayMsMax: 60_000 },
  fallbackAfterMs: 60_000,
}
const answered: ModelReply = { text: 'answer', finish: 'stop', tokens: { input: 100, output: 20 } }

function bench(limits: Partial<QuotaLimits>) {
  const clock = new DrivenClock(0)
  const gate = modelGateOf({ ask: () => EMPTY, limits, clock })
  const starts: number[] = []
  const ends: unknown[] = []
  const call = (body$: Observable<ModelReply> = NEVER, hasFallback = false) =>
    gate
      .admit(
        defer(() => {
          starts.push(clock.now())
          return body$
        }),
        callRequest({ hasFallback }),
      )
      .subscribe({ error: (error: unknown) => ends.push(error) })
  const change = (changed: Partial<QuotaLimits>, more: Partial<CallTerms> = {}) => {
    gate.configure({ ...noLimits, ...changed }, { ...terms, ...more })
  }
  return { clock, gate, starts, ends, call, change }
}

test('gives waiting calls the pace of another limit at once', () => {
  const { clock, starts, call, change } = bench({ requests_per_minute: 6 })
  for (let n = 0; n < 8; n++) call()
  clock.advanceTo(1000)
  expect(starts).toEqual([0])
  change({ requests_per_minute: 60 })
  clock.advanceTo(4000)
  expect(starts.length).toBeGreaterThanOrEqual(3)
  const faster = starts.length
  change({ requests_per_minute: 6 })
  clock.advanceTo(12_000)
  expect(starts.length).toBeLessThanOrEqual(faster + 1)
})

test('lets all go whose limit is taken away', () => {
  const { starts, call, change } = bench({ requests_per_minute: 1, concurrency: 1 })
  for (let n = 0; n < 5; n++) call()
  expect(starts).toHaveLength(1)
  change({})
  expect(starts).toHaveLength(5)
})

test('starts as many more as there are places more, and none while there are fewer', () => {
  const { gate, starts, call, change } = bench({ concurrency: 2 })
  const bodies = Array.from({ length: 8 }, () => new Subject<ModelReply>())
  for (const body$ of bodies) call(body$)
  expect(starts).toHaveLength(2)
  change({ concurrency: 5 })
  expect([starts.length, gate.quota.limits.concurrency]).toEqual([5, 5])
  change({ concurrency: 1 })
  for (const body$ of bodies.slice(0, 4)) body$.next(answered)
  expect([starts.length, gate.inFlight]).toEqual([5, 1])
  bodies[4]?.next(answered)
  expect([starts.length, gate.inFlight]).toEqual([6, 1])
})

test('keeps the places that overload took, and takes no more than there are then', () => {
  const { clock, gate, call, change } = bench({ concurrency: 10 })
  call(new Subject())
  call(throwing(new PipelineError('model_overloaded', 'busy')))
  expect(gate.quota.limits.concurrency).toBe(9)
  clock.advanceTo(1000)
  change({ concurrency: 20 })
  expect(gate.quota.limits.concurrency).toBe(9)
  change({ concurrency: 4 })
  expect(gate.quota.limits.concurrency).toBe(4)
})

test('has the price and the retries of now, and its next calls wait so long for it', () => {
  const { clock, gate, ends, call, change } = bench({ concurrency: 1 })
  const price = { inputUsdPerMillion: 1, outputUsdPerMillion: 2 }
  const retry = { retriesMax: 0, baseDelayMs: 1, delayMsMax: 2 }
  change({ concurrency: 1 }, { price, retry, fallbackAfterMs: 5000 })
  expect([gate.price, gate.retry]).toEqual([price, retry])
  call()
  call(new Subject(), true)
  clock.advanceTo(4999)
  expect(ends).toEqual([])
  clock.advanceTo(5000)
  expect(ends).toMatchObject([{ code: 'model_busy' }])
})

test('says why it is stopped and until when', () => {
  const { clock, gate, call } = bench({})
  expect(gate.stop).toBeNull()
  clock.advanceTo(1000)
  call(throwing(new PipelineError('model_key_rejected', 'no')))
  expect(gate.stop).toEqual({ reason: 'key', untilMs: 31_000 })
})

function throwing(error: PipelineError) {
  const body$ = new Subject<ModelReply>()
  body$.error(error)
  return body$
}
