import { EMPTY, map, NEVER, of, throwError, timer } from 'rxjs'
import { expect, test } from 'vitest'
import { AttemptBook } from '../../../operators/judging/attempt-book.ts'
import { judgeWindow } from '../../../operators/judging/judge-window.ts'
import type { Verdict } from '../../../operators/judging/verdict.ts'
import type { AskModel } from '../../../operators/asking/model.ts'
import type { ClosedWindow } from '../../../operators/windows/window.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'
import { closedWindow, plainRule } from '../../support/closed-window.ts'
import { gatewayOf } from '../../support/gateway-of.ts'
import { callRequest, modelGateOf, type TestGateOptions } from '../../support/model-gate-of.ts'
import { type ScriptedModelOptions, scriptedModel } from '../../support/scripted-model.ts'

interface BenchOptions extends Omit<ScriptedModelOptions, 'clock'> {
  readonly ask?: AskModel
  readonly gate?: Partial<TestGateOptions>
  readonly holdMs?: number
}

/** Windows judged by a scripted model, with what they came to and what was reported. */
function bench({ ask, gate = {}, holdMs = 900_000, ...script }: BenchOptions = {}) {
  const clock = new DrivenClock(0)
  const model = scriptedModel({ clock, ...script })
  const asked = modelGateOf({
    ask: ask ?? model.ask,
    price: { inputUsdPerMillion: 0.15, outputUsdPerMillion: 0.6 },
    clock,
    ...gate,
  })
  const attempts = new AttemptBook()
  const called: unknown[] = []
  const used: unknown[] = []
  const judge = (window: ClosedWindow = closedWindow()) => {
    const seen: { verdicts: Verdict[]; ended: unknown } = { verdicts: [], ended: null }
    const subscription = judgeWindow(window, {
      modelsOf: () => [asked],
      ...gatewayOf(clock),
      holdMs,
      promptTokensMax: 8000,
      fenceSecret: 'test',
      clock,
      random: () => 0,
      telemetry: {
        modelCalled: call => called.push(call),
        modelTokens: (...args) => used.push(args),
        fellBack: () => undefined,
        answered: () => undefined,
      },
      attempts,
    }).subscribe({
      next: verdict => seen.verdicts.push(verdict),
      error: (error: unknown) => {
        seen.ended = error
      },
      complete: () => {
        seen.ended = 'complete'
      },
    })
    return { seen, subscription, verdict: () => only(seen.verdicts) }
  }
  return { clock, calls: model.calls, called, used, judge, gate: asked }
}

function only(verdicts: readonly Verdict[]): Verdict {
  const [verdict, ...others] = verdicts
  if (verdict === undefined || others.length > 0) throw new Error(`${verdicts.length} verdicts`)
  return verdict
}

function failure(code: FailureCode, retryAfterMs?: number): PipelineError {
  return new PipelineError(code, 'made to fail', retryAfterMs === undefined ? {} : { retryAfterMs })
}

const ANSWER = JSON.stringify({ should_trigger: true, confidence: 0.9, reason: 'held' })

test('counts as waiting what a call waited at its model for a place', () => {
  const { clock, judge, called } = bench({
    ask: () =>
      timer(100, clockOf()).pipe(
        map(() => ({ text: ANSWER, finish: 'stop', tokens: { input: 100, output: 20 }, heldMs: 30 })),
      ),
  })
  const clockOf = () => clock
  const { verdict } = judge()
  clock.advanceTo(100)
  expect(verdict()).toMatchObject({ queueMs: 30, callMs: 70 })
  expect(called).toMatchObject([{ durationMs: 70, waitedMs: 30 }])
})

test('asks once with the rule and the events, and answers with the verdict, its cost and its times', () => {
  const { clock, calls, called, used, judge } = bench({ latencyMs: 640 })
  const { seen, verdict } = judge(closedWindow({ data: [{ volume: 1 }, { volume: 2 }] }))
  clock.advanceTo(639)
  expect(seen).toEqual({ verdicts: [], ended: null })
  clock.advanceTo(640)
  expect(verdict()).toMatchObject({
    kind: 'verdict',
    answer: { shouldTrigger: true, confidence: 0.9, reason: 'scripted' },
    model: { name: 'fast', modelId: 'scripted-1' },
    attempts: [{ model: 'fast', count: 1 }],
    tokens: { input: 100, output: 20 },
    costUsd: 0.000027,
    queueMs: 0,
    callMs: 640,
  })
  expect(seen.ended).toBe('complete')
  expect(
    calls.map(({ events, prompt }) => [events.map(({ data }) => data), prompt.includes('Large buys')]),
  ).toEqual([[[{ volume: 1 }, { volume: 2 }], true]])
  expect(called).toEqual([
    {
      model: 'fast',
      result: 'ok',
      code: null,
      isRetry: false,
      durationMs: 640,
      waitedMs: 0,
      priority: 'medium',
    },
  ])
  expect(used).toEqual([['fast', 'plain', { input: 100, output: 20 }, 0.000027]])
})

test.each([
  [
    'is traditional',
    {
      rule_id: 'plain',
      name: 'T',
      event_types: ['a'],
      rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
    },
  ],
  ['is gone', null],
])('asks nobody about a window whose rule %s', (_, rule) => {
  const { calls, called, used, judge } = bench()
  expect(judge(closedWindow({ rule })).verdict()).toMatchObject({
    answer: null,
    model: null,
    attempts: [],
    costUsd: 0,
  })
  expect([calls, called, used]).toEqual([[], [], []])
})

test('waits for its turn and between retries in the queue, and for the model in calls', () => {
  const answer = (_: unknown, n: number) =>
    n < 2 ? failure('model_overloaded') : { should_trigger: false, confidence: 1 }
  const { clock, calls, called, judge } = bench({
    latencyMs: 100,
    answer,
    gate: { limits: { concurrency: 1 } },
  })
  const blocker = judge()
  clock.advanceTo(50)
  const { verdict } = judge()
  clock.advanceTo(100)
  blocker.subscription.unsubscribe()
  clock.advanceTo(60_000)
  expect(calls.map(({ atMs }) => atMs)).toEqual([0, 100, 2200])
  expect(verdict()).toMatchObject({
    attempts: [{ model: 'fast', count: 2 }],
    queueMs: 50 + 2000,
    callMs: 200,
  })
  expect(called.slice(1)).toEqual([
    {
      model: 'fast',
      result: 'failed',
      code: 'model_overloaded',
      isRetry: false,
      durationMs: 100,
      waitedMs: 50,
      priority: 'medium',
    },
    {
      model: 'fast',
      result: 'ok',
      code: null,
      isRetry: true,
      durationMs: 100,
      waitedMs: 0,
      priority: 'medium',
    },
  ])
})

test('counts the tokens and the cost of both requests of a corrective retry', () => {
  const answer = (_: unknown, n: number) => (n === 0 ? 'no' : { should_trigger: true, confidence: 0.8 })
  const { called, used, judge } = bench({ answer })
  expect(judge().verdict()).toMatchObject({
    attempts: [{ model: 'fast', count: 2 }],
    tokens: { input: 200, output: 40 },
    costUsd: 0.000054,
  })
  expect(called).toMatchObject([
    { result: 'invalid', code: 'answer_invalid', isRetry: false },
    { result: 'ok' },
  ])
  const once = ['fast', 'plain', { input: 100, output: 20 }, 0.000027]
  expect(used).toEqual([once, once])
})

test('costs nothing where the model has no price', () => {
  expect(
    bench({ gate: { price: null } })
      .judge()
      .verdict().costUsd,
  ).toBe(0)
})

test('corrects a broken answer once, naming its problem, and takes the second broken one as the verdict', () => {
  const { calls, judge } = bench({ answer: (_, n) => (n === 0 ? 'Yes!' : '{"should_trigger": true') })
  const { answer, attempts } = judge().verdict()
  expect(attempts).toEqual([{ model: 'fast', count: 2 }])
  expect(answer).toMatchObject({ code: 'answer_invalid' })
  const [asked, corrected] = calls.map(({ messages }) => messages)
  expect(corrected?.slice(0, 2)).toEqual(asked)
  expect(corrected?.[2]).toEqual({ role: 'assistant', content: 'Yes!' })
  expect(corrected?.[3]?.content).toContain('the answer has no JSON object')
})

test('retries a corrective request that fails for a while, and corrects no second time', () => {
  const replies = ['prose', failure('model_timeout'), failure('model_timeout'), 'prose again']
  const { clock, calls, judge } = bench({ answer: (_, n) => replies[n] ?? 'too many' })
  const { verdict } = judge()
  clock.advanceTo(60_000)
  expect(calls.map(({ atMs, messages }) => [atMs, messages.length])).toEqual([
    [0, 2],
    [0, 4],
    [2000, 4],
    [6000, 4],
  ])
  expect(verdict()).toMatchObject({
    answer: { code: 'answer_invalid' },
    attempts: [{ model: 'fast', count: 4 }],
  })
})

test.each([
  ['refusal', 'model_refused'],
  ['content_filter', 'model_content_filtered'],
] as const)('takes a %s as the verdict at once', (finish, code) => {
  const { judge } = bench({ answer: () => ({ text: '', finish }) })
  expect(judge().verdict()).toMatchObject({ answer: { code }, attempts: [{ model: 'fast', count: 1 }] })
})

test.each(['model_request_rejected', 'model_refused', 'model_content_filtered'] as const)(
  'takes a call that fails with %s as the verdict at once',
  code => {
    const { called, judge } = bench({ answer: () => failure(code) })
    const { verdict, seen } = judge()
    expect(verdict()).toMatchObject({
      answer: { code },
      attempts: [{ model: 'fast', count: 1 }],
      tokens: { input: 0, output: 0 },
    })
    expect([seen.ended, called]).toMatchObject(['complete', [{ result: 'failed' }]])
  },
)

test.each([
  'model_rate_limited',
  'model_overloaded',
  'model_timeout',
  'model_unreachable',
  'model_key_rejected',
  'model_out_of_money',
] as const)('waits while calls fail with %s until hold_seconds, and names it then', code => {
  const { clock, calls, judge } = bench({ answer: () => failure(code), holdMs: 120_000 })
  const { verdict, seen } = judge()
  clock.advanceTo(119_999)
  expect(seen.verdicts).toEqual([])
  clock.advanceTo(120_000)
  expect(verdict()).toMatchObject({
    answer: { code: 'model_unavailable', cause: { code } },
    attempts: [{ model: 'fast', count: calls.length }],
  })
  const { answer } = verdict()
  expect(answer instanceof PipelineError && answer.message).toContain(code)
  expect(seen.ended).toBe('complete')
  const [sent] = [calls.length]
  clock.advanceTo(600_000)
  expect(calls).toHaveLength(sent)
})

test('aborts a request that is under way at hold_seconds, and counts it once, among the attempts', () => {
  const { clock, called, judge, gate } = bench({ ask: () => NEVER, holdMs: 5000 })
  const { verdict } = judge()
  clock.advanceTo(5000)
  expect(verdict()).toMatchObject({
    answer: { code: 'model_unavailable' },
    attempts: [{ model: 'fast', count: 1 }],
    queueMs: 0,
    callMs: 5000,
  })
  expect(called).toMatchObject([{ result: 'failed', code: 'model_unavailable', durationMs: 5000 }])
  expect(gate.inFlight).toBe(0)
})

test('sends nothing for a window that gets no turn within hold_seconds', () => {
  const { clock, calls, judge, gate } = bench({ gate: { limits: { concurrency: 1 } }, holdMs: 5000 })
  gate.admit(NEVER, callRequest({ priority: 'low' })).subscribe()
  const { verdict } = judge()
  clock.advanceTo(5000)
  expect(verdict()).toMatchObject({
    answer: { code: 'model_unavailable' },
    attempts: [],
    queueMs: 5000,
    callMs: 0,
  })
  expect([calls.length, gate.queued]).toEqual([0, 0])
})

test('waits as long as the provider asks before it asks again', () => {
  const answer = (_: unknown, n: number) => (n === 0 ? failure('model_rate_limited', 20_000) : 'done')
  const { clock, calls, judge } = bench({ answer })
  judge()
  clock.advanceTo(20_000)
  expect(calls.slice(0, 2).map(({ atMs }) => atMs)).toEqual([0, 20_000])
})

test('gives its place up while it waits for a retry', () => {
  const answer = (_: unknown, n: number) =>
    n === 0 ? failure('model_overloaded') : { should_trigger: true, confidence: 1 }
  const { clock, judge, gate } = bench({ answer, gate: { limits: { concurrency: 1 } } })
  judge()
  expect(gate).toMatchObject({ inFlight: 0, queued: 0 })
  expect(judge().seen.verdicts).toHaveLength(1)
  clock.advanceTo(2000)
})

test('asks with the call priority of its rule', () => {
  const { called, judge } = bench()
  judge(closedWindow({ rule: plainRule({ call_priority: 'critical' }) }))
  expect(called).toMatchObject([{ priority: 'critical' }])
})

test('abandons the request under way when it is unsubscribed', () => {
  const { clock, called, judge, gate } = bench({ ask: () => NEVER })
  const { subscription, seen } = judge()
  clock.advanceTo(700)
  subscription.unsubscribe()
  expect(called).toEqual([
    {
      model: 'fast',
      result: 'abandoned',
      code: null,
      isRetry: false,
      durationMs: 700,
      waitedMs: 0,
      priority: 'medium',
    },
  ])
  expect([gate.inFlight, seen.verdicts]).toEqual([0, []])
})

test('sends nothing more when it is unsubscribed between retries', () => {
  const { clock, calls, judge } = bench({ answer: () => failure('model_overloaded') })
  const { subscription } = judge()
  clock.advanceTo(1000)
  subscription.unsubscribe()
  clock.advanceTo(900_000)
  expect(calls).toHaveLength(1)
})

test('lets a bug of the model port through', () => {
  const bug = new TypeError('a bug')
  const { judge } = bench({ ask: () => throwError(() => bug) })
  expect(judge().seen).toEqual({ verdicts: [], ended: bug })
  const thrown = bench({
    ask: () => {
      throw bug
    },
  })
  expect(thrown.judge().seen).toEqual({ verdicts: [], ended: bug })
})

test('takes a port that completes without a reply for a bug', () => {
  const { seen } = bench({ ask: () => EMPTY }).judge()
  expect(seen).toEqual({ verdicts: [], ended: expect.any(Error) })
  expect(seen.ended).not.toBeInstanceOf(PipelineError)
})

test('a model that answers twice has answered once', () => {
  const reply = (confidence: number) => ({
    text: JSON.stringify({ should_trigger: true, confidence, reason: 'x' }),
    finish: 'stop' as const,
    tokens: { input: 1, output: 1 },
  })
  const { judge } = bench({ ask: () => of(reply(0.9), reply(0.1)) })
  const { seen } = judge()
  expect(seen.verdicts.map(({ answer }) => answer)).toEqual([expect.objectContaining({ confidence: 0.9 })])
  expect(seen.ended).toBe('complete')
})
