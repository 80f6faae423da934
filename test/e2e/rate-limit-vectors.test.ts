import { concatMap, defer, type Observable, of, tap, throwError, timer } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { AskModel, ModelReply } from '../../operators/asking/model.ts'
import { answerCache } from '../../operators/gateway/answers/answer-cache.ts'
import type { TestGateOptions } from '../support/model-gate-of.ts'
import { AttemptBook } from '../../operators/judging/attempt-book.ts'
import { judgeWindow } from '../../operators/judging/judge-window.ts'
import type { Verdict } from '../../operators/judging/verdict.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { seededRandom } from '../../pipeline/simulator/seeded-random.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { CallPriority } from '../../schemas/rule.ts'
import { closedWindow } from '../support/closed-window.ts'
import { gatewayOf } from '../support/gateway-of.ts'
import { callRequest, modelGateOf } from '../support/model-gate-of.ts'
import { silentTelemetry } from '../support/silent-telemetry.ts'

/** What users of the earlier call optimizer and rate-limit manager rely on, by the numbers that they know. */
const SECOND_MS = 1000
const MINUTE_MS = 60_000
const reply: ModelReply = {
  text: '{"should_trigger":true,"confidence":0.9,"reason":"it holds"}',
  finish: 'stop',
  tokens: { input: 100, output: 20 },
}

function limited(): PipelineError {
  return new PipelineError('model_rate_limited', '403: too many requests')
}

/** A model behind a gate, and when it was asked. */
function bench({ answer, ...options }: BenchOptions) {
  const clock = new DrivenClock(0)
  const askedMs: number[] = []
  const ask: AskModel = () =>
    defer(() => {
      const given = answer(askedMs.push(clock.now()))
      return given instanceof PipelineError ? throwError(() => given) : given
    })
  const gate = modelGateOf({ ask, clock, ...options })
  const call$ = ask({ messages: [], answerSchema: {}, outputTokensMax: 1 })
  return { clock, askedMs, gate, call$ }
}

interface BenchOptions extends Partial<Omit<TestGateOptions, 'clock' | 'ask'>> {
  /** To the nth request. */
  readonly answer: (n: number) => Observable<ModelReply> | PipelineError
}

describe('retries after a 403 that is a rate limit', () => {
  function waits(failures: number, baseDelayMs: number) {
    const { clock, askedMs, gate } = bench({
      answer: n => (n <= failures ? limited() : of(reply)),
      retry: { retriesMax: 3, baseDelayMs, delayMsMax: 60_000 },
    })
    const verdicts: Verdict[] = []
    judgeWindow(closedWindow(), {
      modelsOf: () => [gate],
      ...gatewayOf(clock),
      holdMs: 900_000,
      promptTokensMax: 8000,
      fenceSecret: 'test',
      clock,
      random: () => 0,
      telemetry: silentTelemetry,
      attempts: new AttemptBook(),
    }).subscribe(verdict => verdicts.push(verdict))
    clock.advanceTo(59 * SECOND_MS)
    return { seconds: askedMs.slice(1).map((atMs, n) => (atMs - (askedMs[n] ?? NaN)) / SECOND_MS), verdicts }
  }

  test.each([
    [2, 1, [4]],
    [2, 2, [4, 8]],
    [2, 3, [4, 8, 16]],
    [3, 1, [6]],
    [3, 2, [6, 12]],
    [3, 3, [6, 12, 24]],
  ])('with a base of %i s, refused %i times: waits %j s, and then the answer', (base, failures, expected) => {
    const { seconds, verdicts } = waits(failures, base * SECOND_MS)
    expect(seconds).toEqual(expected)
    expect(verdicts).toMatchObject([{ answer: { shouldTrigger: true }, attempts: [{ count: failures + 1 }] }])
  })

  test('the fourth attempt is the last of a round with 3 retries; after the longest delay comes the next', () => {
    const { seconds, verdicts } = waits(100, 2 * SECOND_MS)
    expect([seconds, verdicts]).toEqual([[4, 8, 16], []])
  })
})

test('of 200 calls at once at 60 a minute no more than 60 start in any minute, and all are answered', () => {
  const { clock, askedMs, gate, call$ } = bench({
    answer: () => of(reply),
    limits: { requests_per_minute: 60 },
  })
  let answered = 0
  for (let n = 0; n < 200; n++) gate.admit(call$, callRequest()).subscribe(() => answered++)
  clock.advanceTo(4 * MINUTE_MS)
  expect(answered).toBe(200)
  const most = Math.max(
    ...askedMs.map(from => askedMs.filter(atMs => atMs >= from && atMs < from + MINUTE_MS).length),
  )
  expect(most).toBeLessThanOrEqual(60)
})

test('of 20 tasks with 3 at once never more than 3 run, and with every twentieth call a 403 all 30 of 30 succeed', () => {
  const random = seededRandom(3)
  let [running, most, answered] = [0, 0, 0]
  const { clock, gate, call$ } = bench({
    limits: { concurrency: 3 },
    answer: () => {
      most = Math.max(most, ++running)
      return timer(200, clock).pipe(
        concatMap(() => {
          running--
          return random() < 0.05 ? throwError(limited) : of(reply)
        }),
      )
    },
  })
  const attempt = (): void => {
    gate.admit(call$, callRequest()).subscribe({
      next: () => answered++,
      error: () => clock.schedule(attempt, 4 * SECOND_MS),
    })
  }
  for (let task = 0; task < 30; task++) attempt()
  clock.advanceTo(5 * MINUTE_MS)
  expect([answered, most]).toEqual([30, 3])
})

test('a full cache gives up what was read longest ago, and what is too old is asked again', () => {
  const TTL_MS = 3_600_000
  const clock = new DrivenClock(0)
  const answer = { ...reply, model: 'fast' }
  const cacheOf = (bytesMax: number) => answerCache({ bytesMax, clock, random: () => 0.5 })
  const one = cacheOf(1_000_000)
  one.keep('a', answer)
  const cache = cacheOf(2.5 * one.statistics.bytes)
  for (const hash of ['a', 'b']) cache.keep(hash, answer)
  for (let read = 0; read < 2; read++) expect(cache.get('a', TTL_MS)).toBeDefined()
  cache.keep('c', answer)
  expect(['a', 'b', 'c'].map(hash => cache.get(hash, TTL_MS) !== undefined)).toEqual([true, false, true])
  clock.advanceTo(1.1 * TTL_MS + 1)
  expect(cache.get('a', TTL_MS)).toBeUndefined()
})

test('a critical call overtakes low ones that wait', () => {
  const { clock, gate } = bench({ answer: () => of(reply), limits: { requests_per_minute: 60 } })
  const order: string[] = []
  const admit = (name: string, priority: CallPriority) =>
    gate.admit(of(reply).pipe(tap(() => order.push(name))), callRequest({ priority })).subscribe()
  admit('first', 'medium')
  for (let n = 0; n < 5; n++) admit(`low ${n}`, 'low')
  admit('critical', 'critical')
  clock.advanceTo(10 * SECOND_MS)
  expect(order.indexOf('critical')).toBeLessThanOrEqual(2)
  expect(order).toHaveLength(7)
})
