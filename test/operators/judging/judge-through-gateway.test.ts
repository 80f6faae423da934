import { NEVER, of } from 'rxjs'
import { expect, test } from 'vitest'
import type { AskModel } from '../../../operators/asking/model.ts'
import { AttemptBook } from '../../../operators/judging/attempt-book.ts'
import { composeDecision } from '../../../operators/judging/compose-decision.ts'
import { judgeWindow } from '../../../operators/judging/judge-window.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { closedWindow, type ClosedWindowOptions, plainRule } from '../../support/closed-window.ts'
import { gatewayOf } from '../../support/gateway-of.ts'
import { modelGateOf, type TestGateOptions } from '../../support/model-gate-of.ts'
import { scriptedModel, type ScriptedModelOptions } from '../../support/scripted-model.ts'

const DAY_MS = 86_400_000
const price = { inputUsdPerMillion: 100, outputUsdPerMillion: 100 }

interface BenchOptions extends Omit<ScriptedModelOptions, 'clock'> {
  readonly ask?: AskModel
  readonly cache?: object
  readonly budget?: object
  readonly gate?: Partial<TestGateOptions>
  readonly holdMs?: number
}

/** Windows that are judged by the first model of two, or by the one in its place. */
function bench({ ask, cache = {}, budget = {}, gate = {}, holdMs = 900_000, ...script }: BenchOptions) {
  const clock = new DrivenClock(0)
  const first = scriptedModel({ clock, ...script })
  const second = scriptedModel({ clock })
  const fellBack: unknown[] = []
  const gates = [
    modelGateOf({ clock, ask: ask ?? first.ask, price, ...gate }),
    modelGateOf({
      clock,
      ask: second.ask,
      name: 'spare',
      modelId: 'scripted-2',
      questionHash: ({ contentHash }) => `spare ${contentHash}`,
    }),
  ] as const
  const shared = gatewayOf(clock, { cache, budget })
  const judge = (window: ClosedWindowOptions = {}, models: 1 | 2 = 1) => {
    const decisions: Decision[] = []
    const subscription = judgeWindow(closedWindow(window), {
      modelsOf: () => (models === 1 ? [gates[0]] : gates),
      ...shared,
      holdMs,
      promptTokensMax: 8000,
      fenceSecret: 'test',
      clock,
      random: () => 0,
      telemetry: {
        modelCalled: () => undefined,
        modelTokens: () => undefined,
        answered: () => undefined,
        fellBack: fallback => fellBack.push(fallback),
      },
      attempts: new AttemptBook(),
    }).subscribe(verdict => {
      const decidedAtMs = clock.now()
      decisions.push(composeDecision(verdict, { workPartition: 0, decidedAtMs, repeats: [] }))
    })
    return { decisions, subscription }
  }
  return { clock, first, second, fellBack, judge }
}

const failure = (code: 'model_out_of_money' | 'model_overloaded' | 'model_request_rejected') =>
  new PipelineError(code, 'made to fail')

test('asks the next model where the first cannot be had, and says which answered', () => {
  const { judge, fellBack } = bench({ answer: () => failure('model_out_of_money') })
  const { decisions } = judge({}, 2)
  expect(decisions).toMatchObject([
    { outcome: 'triggered', model: 'spare', model_id: 'scripted-2', attempts: 2 },
  ])
  expect(fellBack).toEqual([{ from: 'fast', to: 'spare', code: 'model_out_of_money' }])
})

test('names the question to the model that answered, also after a corrective one', () => {
  const script = ['neither yes nor no', { should_trigger: true, confidence: 0.9 }]
  const { judge } = bench({ answer: (_, n) => script[n] ?? failure('model_out_of_money') })
  const { decisions: asked } = judge()
  const { decisions: spare } = judge({}, 2)
  const { decisions: gone } = judge({ rule: null })
  expect(asked).toMatchObject([{ attempts: 2, question_hash: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(spare).toMatchObject([{ model: 'spare', question_hash: `spare ${asked[0]?.question_hash}` }])
  expect(gone).toMatchObject([{ outcome: 'cancelled', question_hash: null }])
})

test('leaves a stopped model alone while there is another', () => {
  const { first, second, judge } = bench({ answer: () => failure('model_out_of_money') })
  judge({}, 2)
  const { decisions } = judge({ data: [{ volume: 2 }] }, 2)
  expect(decisions).toMatchObject([{ model: 'spare', attempts: 1 }])
  expect([first.calls.length, second.calls.length]).toEqual([1, 2])
})

test('goes on to the next model when the turn does not come in time', () => {
  const { clock, judge } = bench({
    ask: () => NEVER,
    gate: { limits: { concurrency: 1 }, fallbackAfterMs: 5000 },
  })
  judge()
  const { decisions } = judge({ data: [{ volume: 2 }] }, 2)
  clock.advanceTo(4999)
  expect(decisions).toEqual([])
  clock.advanceTo(5000)
  expect(decisions).toMatchObject([{ model: 'spare', attempts: 1, waited_ms: { queue: 5000 } }])
})

test('is undecided when no model takes the question', () => {
  const { judge } = bench({ answer: () => failure('model_request_rejected') })
  expect(judge().decisions).toMatchObject([
    { outcome: 'undecided', error: { code: 'model_request_rejected' } },
  ])
})

test('answers the same question from the cache, by the same path and at no cost', () => {
  const { clock, first, judge } = bench({ latencyMs: 100, cache: { ttl_seconds: 60 } })
  const { decisions: asked } = judge()
  clock.advanceTo(100)
  const { decisions: again } = judge({ offset: 90 })
  expect(asked).toMatchObject([{ outcome: 'triggered', cache: 'miss', attempts: 1, cost_usd: 0.012 }])
  expect(again).toMatchObject([
    {
      outcome: 'triggered',
      cache: 'hit',
      attempts: 0,
      cost_usd: 0,
      tokens: { input: 0, output: 0 },
      model: 'fast',
    },
  ])
  judge({ data: [{ volume: 2 }] })
  clock.advanceTo(100_000)
  judge()
  expect(first.calls).toHaveLength(3)
})

test('shares a call in flight, and asks alone for a rule that does not want to', () => {
  const { clock, first, judge } = bench({ latencyMs: 100, cache: { ttl_seconds: 60 } })
  const [one, other] = [judge(), judge()]
  const alone = judge({ rule: plainRule({ cache_ttl_seconds: 0 }) })
  clock.advanceTo(100)
  expect([one, other, alone].flatMap(({ decisions }) => decisions.map(({ cache }) => cache))).toEqual([
    'miss',
    'shared',
    'miss',
  ])
  expect(first.calls).toHaveLength(2)
})

test('keeps an answer that comes after its window was lost with its lane', () => {
  const { clock, first, judge } = bench({ latencyMs: 100, cache: { ttl_seconds: 60 } })
  const { subscription } = judge()
  clock.advanceTo(50)
  subscription.unsubscribe()
  clock.advanceTo(100)
  expect(judge().decisions).toMatchObject([{ cache: 'hit', attempts: 0 }])
  expect(first.calls).toHaveLength(1)
})

const hybrid = {
  rule_id: 'plain',
  name: 'Plain',
  event_types: ['trade.signal'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'volume > 0' },
    llm_config: { description: 'Large buys', on_budget: 'expression_only' },
  },
}

const poor = { usd_per_rule_per_day: 0.2 }

test('skips windows when the money of the day is spent, and asks again on the next', () => {
  const { clock, first, judge } = bench({ budget: poor })
  const outcomes = () => judge().decisions.map(({ outcome, budget }) => [outcome, budget])
  // The first estimates are of the longest answer there may be.
  const seen = Array.from({ length: 20 }, outcomes).flat()
  expect(seen).toContainEqual(['skipped', 'skip'])
  expect(first.calls.length).toBeGreaterThan(3)
  expect(first.calls.length * 0.012).toBeLessThanOrEqual(0.2)
  expect(judge().decisions).toMatchObject([
    { model: null, question_hash: null, cache: 'none', attempts: 0, error: null },
  ])
  clock.advanceTo(DAY_MS)
  expect(outcomes()).toEqual([['triggered', null]])
})

test('lets the expression alone decide when a rule says so', () => {
  const { judge } = bench({ budget: { usd_per_rule_per_day: 0.000_001 } })
  const { decisions } = judge({ rule: hybrid })
  expect(decisions).toMatchObject([
    { outcome: 'triggered', budget: 'expression_only', model: null, confidence: null },
  ])
  expect(decisions[0]?.reason).toContain('volume > 0')
})

test('holds windows until there is money again, or hold_seconds have passed', () => {
  const holding = plainRule({ on_budget: 'hold', budget_usd_per_day: 0.000_001 })
  const patient = bench({ holdMs: 2 * DAY_MS })
  const { decisions } = patient.judge({ rule: holding })
  patient.clock.advanceTo(DAY_MS - 1)
  expect(decisions).toEqual([])
  const hasty = bench({ holdMs: 60_000 })
  const { decisions: given } = hasty.judge({ rule: holding })
  hasty.clock.advanceTo(60_000)
  expect(given).toMatchObject([
    { outcome: 'undecided', budget: 'hold', error: { code: 'model_unavailable' } },
  ])
})

const unasked = {
  text: '',
  finish: 'stop',
  failure: { code: 'not_asked', message: 'not asked' },
} as const

test('skips a window of which nobody was asked, with the tokens that it would take', () => {
  const { judge } = bench({ answer: () => unasked })
  expect(judge().decisions).toMatchObject([
    { outcome: 'skipped', reason: 'not asked', error: null, attempts: 1, tokens: { input: 100, output: 20 } },
  ])
})

test('asks nobody a second time what is still fresh in the cache', () => {
  const { judge } = bench({ answer: () => unasked, cache: { ttl_seconds: 60 } })
  const decisions = [judge(), judge()].flatMap(one => one.decisions)
  expect(decisions).toMatchObject([
    { cache: 'miss', attempts: 1, outcome: 'skipped' },
    { cache: 'hit', attempts: 0, outcome: 'skipped' },
  ])
})

test('leaves a window undecided whose answer is missing, whatever the rule says of failures', () => {
  const { judge } = bench({
    answer: () => ({
      text: '',
      finish: 'stop',
      failure: { code: 'answer_missing', message: 'none is recorded' },
    }),
  })
  const rule = plainRule({ on_failure: 'trigger' })
  expect(judge({ rule }).decisions).toMatchObject([
    { outcome: 'undecided', error: { code: 'answer_missing', message: 'none is recorded' } },
  ])
})

test('asks for no correction of a failure that is given as the answer', () => {
  const failure = { code: 'answer_invalid', message: 'as it was' } as const
  const { first, judge } = bench({ answer: () => ({ text: '', finish: 'stop', failure }) })
  expect(judge({}, 2).decisions).toMatchObject([
    { outcome: 'undecided', error: failure, model: 'fast', attempts: 1, tokens: { input: 100, output: 20 } },
  ])
  expect(first.calls).toHaveLength(1)
})

test('counts no request that a port had no money to send', () => {
  const { judge } = bench({ answer: () => new PipelineError('budget_spent', 'no more') })
  expect(judge().decisions).toMatchObject([
    { outcome: 'skipped', reason: 'no more', model: null, attempts: 0, budget: 'skip' },
  ])
})

test('tells the port what is asked by its hash, a corrective question by another one', () => {
  const hashes: unknown[] = []
  const ask: AskModel = ({ contentHash }) => {
    hashes.push(contentHash?.())
    return of({ text: 'no verdict', finish: 'stop', tokens: { input: 1, output: 1 } })
  }
  const [decision] = bench({ ask }).judge().decisions
  bench({ ask }).judge({ data: [{ volume: 2 }] })
  expect(hashes).toEqual(Array.from({ length: 4 }, () => expect.stringMatching(/^[0-9a-f]{64}$/)))
  expect(new Set(hashes).size).toBe(4)
  expect(decision?.question_hash).toBe(hashes[0])
})
