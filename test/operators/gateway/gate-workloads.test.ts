import { concatMap, defer, map, type Observable, repeat, throwError, timer } from 'rxjs'
import { expect, test } from 'vitest'
import type { ModelReply } from '../../../operators/asking/model.ts'
import { answerCache } from '../../../operators/gateway/answers/answer-cache.ts'
import { answerOnce } from '../../../operators/gateway/answers/answer-once.ts'
import { shareCalls } from '../../../operators/gateway/answers/share-calls.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { drawLatency } from '../../../pipeline/simulator/draw-latency.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'
import { type CallPriority, callPriorities } from '../../../schemas/rule.ts'
import { callRequest, modelGateOf } from '../../support/model-gate-of.ts'
import { virtualServer } from './virtual-server.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const reply: ModelReply = {
  text: '{"should_trigger":true,"confidence":0.9,"reason":"it holds"}',
  finish: 'stop',
  tokens: { input: 100, output: 20 },
}

/** A gate to a server that takes 600 calls a minute and answers after a lognormal 1.2 s. */
function bench({ perMinute = 600 }: { perMinute?: number } = {}) {
  const clock = new DrivenClock(1_700_000_012_345.67)
  const startMs = clock.now()
  const random = seededRandom(7)
  const server = virtualServer({ kind: 'sliding', limit: perMinute, spanMs: MINUTE_MS })
  const answered$ = defer(() => {
    const end = server.receive(clock.now(), { input: 1, output: 1 })
    if (end === false) throw new Error('the server refused a call')
    return timer(drawLatency({ medianMs: 1200, sigma: 0.5 }, [random(), random()]), clock).pipe(
      map(() => {
        end({ input: 1, output: 1 })
        return reply
      }),
    )
  })
  const gate = modelGateOf({
    clock,
    ask: () => answered$,
    jitterMs: SECOND_MS,
    limits: { requests_per_minute: perMinute },
  })
  return { clock, gate, server, random, answered$, passedMs: () => clock.now() - startMs, startMs }
}

/** Plays three priorities that always want more than there is, and critical calls that come by chance; each wait, by priority. */
function playPriorities() {
  const { clock, gate, answered$, random, startMs } = bench()
  const waits = new Map(callPriorities.map(priority => [priority, new Array<number>()]))
  const call = (priority: CallPriority) =>
    defer(() => {
      const askedMs = clock.now()
      const sent$ = defer(() => {
        waits.get(priority)?.push(clock.now() - askedMs)
        return answered$
      })
      return gate.admit(sent$, callRequest({ priority, ruleId: `rule-${Math.floor(random() * 5)}` }))
    })
  for (const priority of ['low', 'medium', 'high'] as const)
    for (let caller = 0; caller < 50; caller++) call(priority).pipe(repeat()).subscribe()
  for (let atMs = 0; atMs < 10 * MINUTE_MS; atMs -= Math.log(1 - random()) * (MINUTE_MS / 225))
    clock.schedule(() => call('critical').subscribe(), atMs)
  clock.advanceTo(startMs + 10 * MINUTE_MS)
  const of = (priority: CallPriority) => (waits.get(priority) ?? []).toSorted((a, b) => a - b)
  return { of, all: [...waits.values()].flat().length }
}

test('under more load than there is quota, critical calls hardly wait, and low ones are not forgotten (W9)', () => {
  const { of, all } = playPriorities()
  const critical = of('critical')
  expect(critical.length).toBeGreaterThan(2000)
  expect(critical[Math.floor(critical.length * 0.99)]).toBeLessThanOrEqual(SECOND_MS)
  expect(of('low').length / all).toBeGreaterThanOrEqual(0.05)
  expect(of('low').at(-1)).toBeLessThanOrEqual(3 * MINUTE_MS)
  expect(all).toBeGreaterThan(0.97 * 600 * 9)
})

test('of questions of which a fifth comes again, each is asked once (W10)', () => {
  const { clock, gate, server, random, answered$, startMs } = bench()
  const answers = answerOnce({
    cache: answerCache({ bytesMax: 10_000_000, clock, random }),
    calls: shareCalls({ callsMax: 1000 }),
  })
  const asked: number[] = []
  const given: string[] = []
  for (let n = 0; n < 3000; n++) {
    const question = n > 0 && random() < 0.2 ? (asked[Math.floor(random() * asked.length)] ?? 0) : n
    asked.push(question)
    const call$ = gate.admit(answered$, callRequest()).pipe(map(answer => ({ ...answer, model: gate.name })))
    const request = { hash: () => `${question}`, ttlMs: 60 * MINUTE_MS, bypass: false, isSent: () => true }
    clock.schedule(() => {
      answers.answer(request, call$).subscribe(({ cache }) => given.push(cache))
    }, n * 120)
  }
  clock.advanceTo(startMs + 20 * MINUTE_MS)
  const distinct = new Set(asked).size
  expect(given).toHaveLength(3000)
  expect(distinct).toBeLessThan(2500)
  expect(server.accepted).toHaveLength(distinct)
  expect(given.filter(cache => cache === 'miss')).toHaveLength(distinct)
})

/** Plays callers that try again as often as they may to a model that fails until `untilMs`. */
function playFailure(code: FailureCode, untilMs: number) {
  const { clock, gate, answered$, startMs } = bench({ perMinute: 6000 })
  const sentMs: number[] = []
  const sent$: Observable<ModelReply> = defer(() => {
    sentMs.push(clock.now() - startMs)
    return clock.now() - startMs < untilMs
      ? timer(50, clock).pipe(concatMap(() => throwError(() => new PipelineError(code, 'made to fail'))))
      : answered$
  })
  let answered = 0
  for (let caller = 0; caller < 100; caller++) {
    const attempt = (isRetry: boolean): void => {
      gate.admit(sent$, callRequest({ isRetry })).subscribe({
        next: () => answered++,
        error: () => {
          clock.schedule(() => {
            attempt(true)
          }, 2000)
        },
      })
    }
    attempt(false)
  }
  clock.advanceTo(startMs + untilMs + 2 * MINUTE_MS)
  return { sentMs, answered }
}

test('an account without money is tried by one call each half minute (W11)', () => {
  const { sentMs, answered } = playFailure('model_out_of_money', 5 * MINUTE_MS)
  const later = sentMs.filter(atMs => atMs > SECOND_MS && atMs < 5 * MINUTE_MS)
  expect(later.length).toBeLessThanOrEqual(10)
  expect(Math.min(...later.map((atMs, n) => atMs - (later[n - 1] ?? 0)))).toBeGreaterThanOrEqual(30_000)
  expect(answered).toBe(100)
})

test('a storm of overload opens the breaker, and one call at a time tries whether it is over (W11)', () => {
  const { sentMs, answered } = playFailure('model_overloaded', 5 * MINUTE_MS)
  // All are at the model before the first answer comes.
  const later = sentMs.filter(atMs => atMs > SECOND_MS && atMs < 5 * MINUTE_MS)
  // After 5, 10, 20, 40, 60, 60 ... seconds.
  expect(later.length).toBeGreaterThanOrEqual(4)
  expect(later.length).toBeLessThanOrEqual(9)
  expect(answered).toBe(100)
})
