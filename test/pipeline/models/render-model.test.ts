import { expect, test } from 'vitest'
import { ModelStatistics } from '../../../operators/gateway/statistics/model-statistics.ts'
import { renderModel, shownModelSchema } from '../../../pipeline/models/render-model.ts'
import { modelBench } from '../../support/model-bench.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'

function rendered(more: object): readonly string[] {
  const { describe, model } = modelBench()
  const shown = shownModelSchema.parse({ ...describe(model('fast')), ...more })
  return renderModel(shown, recordingTerminal()).split('\n')
}

test('says why a model is stopped, for how long it is quiet, and who waits', () => {
  const [, state] = rendered({
    breaker: { open: true, reason: 'key', until: '2026-11-20T10:00:30.000Z' },
    closed_seconds: 20,
    in_flight: 3,
    queued: { low: 0, medium: 10, high: 0, critical: 2 },
  })
  expect(state).toBe(
    '  stopped (key) until 2026-11-20T10:00:30.000Z, quiet for 20 s, as the provider asked, 3 in flight, 12 waiting (10 medium, 2 critical)',
  )
})

test('has a row for each limit that there is, by the file, a change or learning', () => {
  const lines = rendered({
    settings: { limits: { tokens_per_day: 'none' } },
    learned: { requests_per_minute: { limit: 238, why: 'told' } },
  })
  expect(lines.slice(3, 6).map(line => line.trim().split(/ +/))).toEqual([
    ['requests_per_minute', '600', '-', '238', '600', '0'],
    ['tokens_per_day', '-', 'none', '-', '-', '0'],
    ['concurrency', '32', '-', '-', '32', '0'],
  ])
})

test('sums up calls, failures, tokens, cost and times', () => {
  const latency = { mean_ms: 1234, p95_ms: 20 }
  const statistics = {
    ...new ModelStatistics().figures,
    since: '2026-11-20T10:00:00.000Z',
    calls: 12,
    results: { ok: 10, invalid: 0, failed: 2, abandoned: 0 },
    hits: 3,
    shared: 1,
    waits: { count: 5, ms: 2500 },
    refusals: 1,
    retries: 2,
    fallbacks: 1,
    failures: { model_timeout: 1, model_rate_limited: 1 },
    tokens: { input: 100, output: 20 },
    cost_usd: 0.42,
    latency: { window: latency, queue: latency, call: latency },
  }
  expect(rendered({ statistics }).slice(-6)).toEqual([
    '  calls 12 (10 ok, 2 failed), answers without one 4 (3 hit, 1 shared)',
    '  refused 1, retried 2, gone to another model 1, waited 5 (2.5 s)',
    '  failures (1 model_timeout, 1 model_rate_limited)',
    '  tokens 100 in, 20 out, cost $0.4200',
    '  a decision takes: window 1.2 s (95 %: 20 ms), queue 1.2 s (95 %: 20 ms), call 1.2 s (95 %: 20 ms)',
    '  since 2026-11-20T10:00:00.000Z',
  ])
})
