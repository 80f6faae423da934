import { expect, test } from 'vitest'
import { ModelStatistics } from '../../../../operators/gateway/statistics/model-statistics.ts'
import { decisionSchema } from '../../../../schemas/decision.ts'

const call = {
  model: 'fast',
  result: 'ok',
  code: null,
  isRetry: false,
  durationMs: 10,
  waitedMs: 0,
  priority: 'medium',
} as const

function decision(cache: 'none' | 'miss' | 'hit' | 'shared', attempts: number, ms: number) {
  return decisionSchema.parse({
    decision_id: 'd',
    rule_id: 'r',
    rule_version: 1,
    rule_type: 'llm',
    key: 'k',
    trigger_mode: 'batch',
    closed_by: 'size',
    event_count: 1,
    events: [],
    work_partition: 0,
    repeats: [],
    format: 1,
    opened_at: '',
    closed_at: '',
    decided_at: '',
    outcome: 'triggered',
    confidence: 1,
    reason: '',
    error: null,
    model: 'fast',
    model_id: 'm',
    attempts,
    cache,
    tokens: { input: 1, output: 1 },
    cost_usd: 0,
    waited_ms: { window: ms, queue: 2 * ms, call: 3 * ms },
  })
}

test('has zeros before anything happens', () => {
  const nothing = { mean_ms: null, p95_ms: null }
  expect(new ModelStatistics().figures).toEqual({
    calls: 0,
    results: { ok: 0, invalid: 0, failed: 0, abandoned: 0 },
    hits: 0,
    shared: 0,
    waits: { count: 0, ms: 0 },
    refusals: 0,
    retries: 0,
    fallbacks: 0,
    failures: {},
    tokens: { input: 0, output: 0 },
    cost_usd: 0,
    latency: { window: nothing, queue: nothing, call: nothing },
  })
})

test('counts calls by how they ended, what was wrong, waits, retries and refusals', () => {
  const statistics = new ModelStatistics()
  statistics.called(call)
  statistics.called({ ...call, result: 'failed', code: 'model_rate_limited', waitedMs: 40 })
  statistics.called({ ...call, result: 'failed', code: 'model_rate_limited', isRetry: true })
  statistics.called({ ...call, result: 'failed', code: 'model_timeout', isRetry: true, waitedMs: 10 })
  statistics.called({ ...call, result: 'invalid', code: 'answer_invalid', waitedMs: 9 })
  statistics.called({ ...call, result: 'abandoned' })
  statistics.abandoned(2)
  expect(statistics.figures).toMatchObject({
    calls: 6,
    results: { ok: 1, invalid: 1, failed: 3, abandoned: 3 },
    waits: { count: 2, ms: 50 },
    refusals: 2,
    retries: 2,
    failures: { model_rate_limited: 2, model_timeout: 1, answer_invalid: 1 },
  })
})

test('counts hits, shared answers, fallbacks, tokens and cost', () => {
  const statistics = new ModelStatistics()
  for (const result of ['hit', 'hit', 'shared', 'miss'] as const) statistics.answered(result)
  statistics.fellBack()
  for (let n = 0; n < 3; n++) statistics.paid({ input: 10, output: 1 }, 0.1)
  expect(statistics.figures).toMatchObject({
    calls: 0,
    hits: 2,
    shared: 1,
    fallbacks: 1,
    tokens: { input: 30, output: 3 },
    cost_usd: 0.3,
  })
})

test('splits the time of decisions that took a call, and of no others', () => {
  const statistics = new ModelStatistics()
  statistics.decided(decision('miss', 1, 100))
  statistics.decided(decision('miss', 2, 300))
  statistics.decided(decision('hit', 0, 0))
  // Its first call failed, and another one had answered meanwhile.
  statistics.decided(decision('hit', 1, 0))
  statistics.decided(decision('shared', 0, 0))
  statistics.decided(decision('none', 0, 0))
  statistics.decided(decision('miss', 0, 0))
  expect(statistics.figures.latency).toEqual({
    window: { mean_ms: 200, p95_ms: 300 },
    queue: { mean_ms: 400, p95_ms: 600 },
    call: { mean_ms: 600, p95_ms: 900 },
  })
})
