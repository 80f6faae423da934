import { expect, test } from 'vitest'
import { createMetrics } from '../../../pipeline/metrics/create-metrics.ts'
import type { Decision } from '../../../schemas/decision.ts'

const decision: Decision = {
  decision_id: 'd',
  rule_id: 'spree',
  rule_version: 1,
  rule_type: 'hybrid',
  key: 'BTCUSDT',
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
  question_hash: null,
  attempts: 1,
  cache: 'miss',
  budget: null,
  tokens: { input: 1, output: 1 },
  cost_usd: 0,
  waited_ms: { window: 0, queue: 0, call: 0 },
}

const held = { events: 0, bytes: 512, judging: 2, decidedAhead: 9, dedupeIds: 11, oldestArrivedAtMs: null }

const alert = {
  alert_id: 'd',
  rule_id: 'spree',
  rule_version: 1,
  rule_name: 'spree',
  rule_type: 'hybrid' as const,
  trigger_mode: 'batch' as const,
  key: 'BTCUSDT',
  priority: 100,
  confidence: 1,
  reason: '',
  raised_at: '',
  event_count: 1,
  event_ids: [],
  events: [],
  events_omitted: 0,
  model: 'fast',
}

/** The samples of the project's own metrics, by name and labels. */
async function samples(metrics: { text(): Promise<string> }): Promise<Record<string, number>> {
  const lines = (await metrics.text()).split('\n').filter(line => line.startsWith('llmtrigger_'))
  return Object.fromEntries(
    lines.map(line => {
      const space = line.lastIndexOf(' ')
      return [line.slice('llmtrigger_'.length, space), Number(line.slice(space + 1))]
    }),
  )
}

test('counts what the stages report, under the names and labels of the contract', async () => {
  const metrics = createMetrics({ nowMs: () => 10_000 })
  const { telemetry } = metrics
  telemetry.eventsReceived('signals', 3, 1)
  telemetry.eventsSkipped('signals', 'tombstone', 2)
  telemetry.deadLettered('route', 'event_invalid')
  telemetry.rulesEvaluated('spree', 'no_match', 7)
  telemetry.workRepeated('spree')
  telemetry.windowFilled({ ruleId: 'spree', key: 'k', mode: 'batch', count: 1, sizeMax: 5 })
  telemetry.windowClosed({ mode: 'batch', closedBy: 'time', lateMs: 7 })
  telemetry.laneHeld('decide', 1, { ...held, events: 4, oldestArrivedAtMs: 7000 })
  telemetry.modelCalled({
    model: 'fast',
    result: 'ok',
    code: null,
    isRetry: false,
    durationMs: 300,
    waitedMs: 20,
    priority: 'high',
  })
  telemetry.modelTokens('fast', 'spree', { input: 400, output: 30 }, 0.25)
  telemetry.decided(decision, 1500)
  telemetry.alerted(alert)
  expect(await samples(metrics)).toMatchObject({
    'events_received_total{topic="signals"}': 3,
    'events_skipped_total{topic="signals",reason="tombstone"}': 2,
    'events_dead_lettered_total{stage="route",reason="event_invalid"}': 1,
    'rule_evaluations_total{rule_id="spree",result="no_match"}': 7,
    'work_repeated_total{rule_id="spree"}': 1,
    'windows_closed_total{mode="batch",closed_by="time"}': 1,
    'window_deadline_error_seconds_bucket{le="0.005"}': 0,
    'window_deadline_error_seconds_bucket{le="0.01"}': 1,
    'lane_held_events{stage="decide",partition="1"}': 4,
    'lane_held_bytes{stage="decide",partition="1"}': 512,
    'lane_judging_windows{stage="decide",partition="1"}': 2,
    'lane_decided_ahead{stage="decide",partition="1"}': 9,
    'lane_dedupe_ids{stage="decide",partition="1"}': 11,
    'lane_oldest_held_seconds{stage="decide",partition="1"}': 3,
    'model_calls_total{model="fast",result="ok"}': 1,
    'model_call_seconds_sum{model="fast"}': 0.3,
    'model_wait_seconds_sum{model="fast",priority="high"}': 0.02,
    'model_tokens_total{model="fast",direction="input"}': 400,
    'model_tokens_total{model="fast",direction="output"}': 30,
    'model_cost_usd_total{model="fast",rule_id="spree"}': 0.25,
    'decisions_total{rule_id="spree",outcome="triggered"}': 1,
    'event_to_decision_seconds_sum{mode="batch"}': 1.5,
    'alerts_total{rule_id="spree"}': 1,
  })
})

test('shows no lag of a lane that has left', async () => {
  const metrics = createMetrics({ nowMs: () => 0 })
  const place = { topic: 'signals', partition: 2 }
  metrics.lanes.lag('route', place, { records: 12, takenMs: -1500 })
  metrics.lanes.lag('route', { ...place, partition: 3 }, { records: 0, takenMs: null })
  metrics.lanes.laneLeft('route', place)
  const shown = Object.keys(await samples(metrics)).filter(name => name.startsWith('lag_'))
  expect(shown).toEqual([
    'lag_records{stage="route",topic="signals",partition="3"}',
    'lag_seconds{stage="route",topic="signals",partition="3"}',
  ])
})

test('shows what lanes and models are set to', async () => {
  const NOW_MS = Date.parse('2026-11-20T10:00:00.000Z')
  const metrics = createMetrics({ nowMs: () => NOW_MS })
  const place = { topic: 'signals', partition: 2 }
  metrics.lanes.laneOpened('decide', 'assigned')
  metrics.lanes.commitEnded('decide', 0.25)
  metrics.lanes.skipped('signals', 'gone', 5)
  metrics.lanes.lag('route', place, { records: 12, takenMs: NOW_MS - 1500 })
  metrics.lanes.lag('decide', { topic: 'work', partition: 0 }, { records: 0, takenMs: NOW_MS - 20 })
  metrics.set.modelInFlight('fast', 3)
  metrics.set.modelQueueLength('fast', 'low', 9)
  metrics.set.modelLimit('fast', { limit: 'concurrency', kind: 'configured' }, 32)
  metrics.set.modelBreakerOpen('fast', true)
  metrics.set.quotaDegraded('fast', true)
  expect(await samples(metrics)).toMatchObject({
    'lane_opens_total{stage="decide",reason="assigned"}': 1,
    'lane_commit_seconds_sum{stage="decide"}': 0.25,
    'events_skipped_total{topic="signals",reason="gone"}': 5,
    'lag_records{stage="route",topic="signals",partition="2"}': 12,
    'lag_seconds{stage="route",topic="signals",partition="2"}': 1.5,
    lane_clock_skew_seconds: -0.02,
    'model_in_flight{model="fast"}': 3,
    'model_queue_length{model="fast",priority="low"}': 9,
    'model_limit{model="fast",limit="concurrency",kind="configured"}': 32,
    'model_breaker_open{model="fast"}': 1,
    'quota_degraded{model="fast"}': 1,
  })
})

test('adds up the open windows of all lanes, and forgets those of a lane that holds none', async () => {
  const metrics = createMetrics()
  metrics.telemetry.windowsOpen(0, 'batch', 3)
  metrics.telemetry.windowsOpen(1, 'batch', 4)
  metrics.telemetry.windowsOpen(0, 'batch', 2)
  expect(await samples(metrics)).toMatchObject({ 'windows_open{mode="batch"}': 6 })
  metrics.telemetry.windowsOpen(1, 'batch', 0)
  expect(await samples(metrics)).toMatchObject({ 'windows_open{mode="batch"}': 2 })
})

test('lets the age of what is held grow from scrape to scrape, and end', async () => {
  let nowMs = 1000
  const metrics = createMetrics({ nowMs: () => nowMs })
  const age = async () => (await samples(metrics))['lane_oldest_held_seconds{stage="decide",partition="0"}']
  metrics.telemetry.laneHeld('decide', 0, { ...held, events: 1, oldestArrivedAtMs: 0 })
  expect(await age()).toBe(1)
  nowMs = 5000
  expect(await age()).toBe(5)
  metrics.telemetry.laneHeld('decide', 0, { ...held, events: 0, oldestArrivedAtMs: null })
  expect(await age()).toBe(0)
})

test('has the counters of known rules, topics and models at 0 from the start', async () => {
  const metrics = createMetrics()
  metrics.announce({ topics: ['signals'], ruleIds: ['spree'], models: ['fast'] })
  expect(await samples(metrics)).toMatchObject({
    'alerts_total{rule_id="spree"}': 0,
    'events_received_total{topic="signals"}': 0,
    'decisions_total{rule_id="spree",outcome="undecided"}': 0,
    'rule_evaluations_total{rule_id="spree",result="unknown"}': 0,
    'model_calls_total{model="fast",result="abandoned"}': 0,
    'model_breaker_open{model="fast"}': 0,
  })
})

test('looks at what is only known by looking, at each scrape', async () => {
  const metrics = createMetrics()
  let count = 0
  metrics.beforeScrape(() => metrics.set.modelInFlight('fast', ++count))
  expect(await samples(metrics)).toMatchObject({ 'model_in_flight{model="fast"}': 1 })
  expect(await samples(metrics)).toMatchObject({ 'model_in_flight{model="fast"}': 2 })
})

test('counts rules beyond the bound together', async () => {
  const metrics = createMetrics({ ruleIdsMax: 2 })
  for (const id of ['a', 'b', 'c', 'd', 'a']) metrics.telemetry.rulesEvaluated(id, 'match', 1)
  expect(await samples(metrics)).toMatchObject({
    'rule_evaluations_total{rule_id="a",result="match"}': 2,
    'rule_evaluations_total{rule_id="b",result="match"}': 1,
    'rule_evaluations_total{rule_id="other",result="match"}': 2,
  })
})

test('does not throw on numbers that are none', () => {
  const { telemetry } = createMetrics()
  expect(() => {
    telemetry.eventsReceived('signals', Number.NaN, 0)
    telemetry.decided(decision, -5)
    telemetry.modelTokens('fast', 'spree', { input: -1, output: Infinity }, Number.NaN)
    telemetry.windowClosed({ mode: 'batch', closedBy: 'time', lateMs: Number.NaN })
  }).not.toThrow()
})

test('has the metrics of the process, and a help text for each of its own', async () => {
  const text = await createMetrics().text()
  expect(text).toContain('process_cpu_user_seconds_total')
  expect(text).toContain('nodejs_eventloop_lag_seconds')
  const typed = [...text.matchAll(/^# TYPE (llmtrigger_\S+)/gm)].map(([, name]) => name)
  expect(typed.length).toBeGreaterThan(20)
  for (const name of typed) expect(text).toMatch(new RegExp(`^# HELP ${name} \\S`, 'm'))
})

test('has no limit of a model that has been taken away', async () => {
  const metrics = createMetrics()
  const limit = { limit: 'requests_per_day', kind: 'configured' } as const
  const name = 'model_limit{model="fast",limit="requests_per_day",kind="configured"}'
  metrics.set.modelLimit('fast', limit, null)
  metrics.set.modelLimit('fast', limit, 5)
  expect((await samples(metrics))[name]).toBe(5)
  metrics.set.modelLimit('fast', limit, null)
  expect((await samples(metrics))[name]).toBeUndefined()
})
