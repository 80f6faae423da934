import { concatMap, defer, NEVER, of, throwError, timer } from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelReply } from '../../../../operators/asking/model.ts'
import { type ProbeFinding, probeLimits } from '../../../../operators/gateway/probing/probe-limits.ts'
import { DrivenClock } from '../../../../pipeline/memory/driven-clock.ts'
import { type FailureDetail, PipelineError } from '../../../../schemas/failure.ts'

const reply: ModelReply = { text: '', finish: 'length', tokens: { input: 10, output: 1 } }
const limits = { requests_per_minute: { limit: 600, remaining: 599, resetMs: 100 } }

type Step = (atMs: number, n: number) => ModelReply | PipelineError

/** Probes a model that answers as `step` says, 200 ms after each call. */
function probe(step: Step, { callsMax = 20, spanMs = 30_000 } = {}) {
  const clock = new DrivenClock(0)
  const sentMs: number[] = []
  const ends: unknown[] = []
  const ask = defer(() => {
    sentMs.push(clock.now())
    const answer = step(clock.now(), sentMs.length - 1)
    const answer$ = answer instanceof PipelineError ? throwError(() => answer) : of(answer)
    return timer(200, clock).pipe(concatMap(() => answer$))
  })
  probeLimits({ ask, callsMax, spanMs, clock }).subscribe({
    next: finding => ends.push(finding),
    error: (error: unknown) => ends.push(error),
  })
  return { clock, sentMs, ends }
}

function refused(detail: FailureDetail = {}) {
  return new PipelineError('model_rate_limited', 'too many', detail)
}

test('asks once where the headers name a limit', () => {
  const { clock, sentMs, ends } = probe(() => ({ ...reply, limits }))
  clock.advanceTo(60_000)
  expect(sentMs).toEqual([0])
  expect(ends).toMatchObject([{ calls: 1, accepted: 1, told: limits, refusal: null }])
})

test('comes ever closer within its time, and has an end where nothing is refused', () => {
  const { clock, sentMs, ends } = probe(() => reply)
  clock.advanceTo(60_000)
  const gaps = sentMs.slice(2).map((atMs, n) => atMs - (sentMs[n + 1] ?? 0))
  expect(sentMs).toHaveLength(20)
  expect(sentMs.at(-1)).toBeLessThanOrEqual(30_200)
  expect(gaps.every((gap, n) => n === 0 || gap <= (gaps[n - 1] ?? 0))).toBe(true)
  expect(gaps.at(-1)).toBeLessThan((gaps[0] ?? 0) / 10)
  expect(ends).toMatchObject([
    { calls: 20, accepted: 20, told: null, refusal: null, tokens: { input: 200, output: 20 } },
  ])
})

test('stops at the first refusal, and says what it was about', () => {
  const step: Step = (_, n) =>
    n < 7 ? reply : refused({ limitHit: 'tokens_per_minute', retryAfterMs: 48_000 })
  const { clock, sentMs, ends } = probe(step)
  clock.advanceTo(60_000)
  const told = { limitHit: 'tokens_per_minute', retryAfterMs: 48_000 }
  expect(ends).toMatchObject([{ accepted: 7, told: null, refusal: told }])
  expect(sentMs.length).toBeLessThanOrEqual(9)
})

test('takes the headers of a refusal for an answer, also of the first', () => {
  const { clock, sentMs, ends } = probe(() => refused({ limits }))
  clock.advanceTo(60_000)
  expect(sentMs).toEqual([0])
  expect(ends).toMatchObject([
    { calls: 1, accepted: 0, told: limits, refusal: { limitHit: null, retryAfterMs: null } },
  ])
})

test('counts how many were there at once and not refused', () => {
  const { clock, ends } = probe(() => reply, { callsMax: 10, spanMs: 100 })
  clock.advanceTo(60_000)
  expect(ends).toMatchObject([{ accepted: 10, inFlightMax: expect.toSatisfy((most: number) => most >= 5) }])
})

test('asks again without a parameter that the endpoint does not take, and at any other failure ends with it', () => {
  const adapted = new PipelineError('model_overloaded', 'left out', { overload: false })
  const once = probe((_, n) => (n === 0 ? adapted : { ...reply, limits }))
  once.clock.advanceTo(60_000)
  expect(once.ends).toMatchObject([{ calls: 2, accepted: 1, inFlightMax: 1 }])
  const key = new PipelineError('model_key_rejected', 'no')
  for (const n of [0, 3]) {
    const { clock, sentMs, ends } = probe((_, at) => (at < n ? reply : key))
    clock.advanceTo(60_000)
    expect([sentMs.length <= n + 2, ends]).toEqual([true, [key]])
  }
})

test('is over when it is unsubscribed', () => {
  const clock = new DrivenClock(0)
  let calls = 0
  const ask = defer(() => {
    calls++
    return NEVER
  })
  const ends: ProbeFinding[] = []
  const probing = probeLimits({ ask, callsMax: 5, spanMs: 1000, clock }).subscribe(end => ends.push(end))
  probing.unsubscribe()
  clock.advanceTo(60_000)
  expect([calls, ends]).toEqual([1, []])
})
