import { expect, test } from 'vitest'
import { memoryPipeline } from '../support/memory-pipeline.ts'
import { scriptedModel, type ScriptedModel, type ScriptedModelOptions } from '../support/scripted-model.ts'

const spree = {
  rule_id: 'buying-spree',
  name: 'Buying spree',
  event_types: ['trade.signal'],
  group_by: ['data.symbol'],
  rule_config: {
    rule_type: 'llm',
    llm_config: {
      description: 'Several large buys in a row, together more than 500k USDT',
      trigger_mode: 'batch',
      batch_size: 5,
      max_wait_seconds: 30,
    },
  },
}

function run(rules: readonly unknown[], options: Omit<ScriptedModelOptions, 'clock'> = {}, bounds = {}) {
  let model: ScriptedModel | undefined
  const pipeline = memoryPipeline({
    rules,
    bounds,
    model: clock => {
      model = scriptedModel({ clock, ...options })
      return model.ask
    },
  })
  pipeline.start()
  if (model === undefined) throw new Error('no model')
  return { ...pipeline, calls: model.calls }
}

function buy(symbol: string, volume: number, n: number) {
  return { event_id: `${symbol}-${n}`, event_type: 'trade.signal', data: { symbol, side: 'buy', volume } }
}

test('judges the first five of six buys in one call, and the sixth alone when its wait is over', () => {
  const { send, clock, calls, alerts, decisions } = run([spree])
  const volumes = [100_000, 150_000, 120_000, 180_000, 200_000, 150_000]
  const start = clock.now()
  for (const [n, volume] of volumes.entries()) {
    clock.advanceTo(start + n * 500)
    send(buy('BTCUSDT', volume, n))
  }
  expect(calls.map(({ events }) => events.map(event => event.data['volume']))).toEqual([volumes.slice(0, 5)])
  expect(alerts()).toHaveLength(1)
  expect(alerts()[0]).toMatchObject({ key: 'BTCUSDT', event_count: 5 })

  clock.advanceTo(start + 2500 + 29_999)
  expect(calls).toHaveLength(1)
  clock.advanceTo(start + 2500 + 30_000)
  expect(calls).toHaveLength(2)
  expect(calls[1]?.events.map(event => event.event_id)).toEqual(['BTCUSDT-5'])
  expect(decisions().map(({ closed_by }) => closed_by)).toEqual(['size', 'time'])
  expect(decisions()[1]?.closed_at).toBe(new Date(start + 32_500).toISOString())
})

test('judges three events and then silence once, max_wait_seconds after the first', () => {
  const { send, clock, calls } = run([spree])
  const start = clock.now()
  for (const n of [0, 1, 2]) {
    clock.advanceTo(start + n * 1000)
    send(buy('ETHUSDT', 300_000, n))
  }
  clock.advanceTo(start + 3_600_000)
  expect(calls.map(({ atMs, events }) => [atMs - start, events.length])).toEqual([[30_000, 3]])
})

test('keeps the deadline of a window over a restart', () => {
  let model: ScriptedModel | undefined
  const pipeline = memoryPipeline({
    rules: [spree],
    model: clock => {
      model = scriptedModel({ clock })
      return model.ask
    },
  })
  const { clock, send } = pipeline
  const start = clock.now()
  const crashed = pipeline.start()
  for (const n of [0, 1, 2]) send(buy('ETHUSDT', 300_000, n))
  clock.advanceTo(start + 10_000)
  crashed.unsubscribe()
  clock.advanceTo(start + 20_000)
  pipeline.start()
  clock.advanceTo(start + 29_999)
  expect(model?.calls).toHaveLength(0)
  clock.advanceTo(start + 40_000)
  expect(model?.calls.map(({ atMs, events }) => [atMs - start, events.length])).toEqual([[30_000, 3]])
  expect(pipeline.decisions()).toHaveLength(1)
})

test('asks 5 times for 1000 events of which a filter drops 950, and 100 times without the filter', () => {
  const config = { description: 'x', trigger_mode: 'batch', batch_size: 10, max_wait_seconds: 30 }
  const llm = { ...spree, rule_id: 'all', rule_config: { rule_type: 'llm', llm_config: config } }
  const pre_filter = { expression: 'volume >= 950' }
  const hybrid = {
    ...spree,
    rule_id: 'few',
    rule_config: { rule_type: 'hybrid', pre_filter, llm_config: config },
  }
  const { send, clock, decisions } = run([llm, hybrid])
  for (let n = 0; n < 1000; n++) send(buy('BTCUSDT', n, n))
  clock.advanceTo(clock.now() + 60_000)
  const callsOf = (ruleId: string) => decisions().filter(({ rule_id }) => rule_id === ruleId).length
  expect(callsOf('few')).toBe(5)
  expect(callsOf('all')).toBe(100)
})

test('judges each of three keys once in every period of an interval, at ticks spread over it', () => {
  const llm_config = { description: 'x', trigger_mode: 'interval', interval_seconds: 30 }
  const { send, clock, calls } = run([{ ...spree, rule_config: { rule_type: 'llm', llm_config } }])
  const start = clock.now()
  const keys = ['BTCUSDT', 'ETHUSDT', 'SOLUSDT']
  for (let second = 0; second < 120; second++) {
    clock.advanceTo(start + second * 1000)
    for (const key of keys) send(buy(key, 1, second))
  }
  clock.advanceTo(start + 120_000)
  for (const key of keys) {
    const ticks = calls
      .filter(({ events }) => events[0]?.data['symbol'] === key)
      .map(({ atMs }) => atMs - start)
    expect(ticks).toHaveLength(4)
    expect(ticks.slice(1).map((tick, n) => tick - (ticks[n] ?? 0))).toEqual([30_000, 30_000, 30_000])
  }
  expect(new Set(calls.map(({ atMs }) => atMs % 30_000)).size).toBe(3)
})

test('makes no call at a tick over an empty window', () => {
  const llm_config = { description: 'x', trigger_mode: 'interval', interval_seconds: 30 }
  const { send, clock, calls } = run([{ ...spree, rule_config: { rule_type: 'llm', llm_config } }])
  send(buy('BTCUSDT', 1, 1))
  clock.advanceTo(clock.now() + 3_600_000)
  expect(calls).toHaveLength(1)
})

const realtime = { rule_type: 'llm', llm_config: { description: 'x', trigger_mode: 'realtime' } }

test('does not alert at confidence 0.69 against a threshold of 0.7, and alerts at 0.70', () => {
  const { send, decisions, alerts } = run([{ ...spree, rule_config: realtime }], {
    answer: (_, n) => ({ should_trigger: true, confidence: n === 0 ? 0.69 : 0.7 }),
  })
  send(buy('BTCUSDT', 1, 1))
  expect(decisions().map(({ outcome }) => outcome)).toEqual(['below_threshold'])
  expect(alerts()).toHaveLength(0)
  send(buy('BTCUSDT', 1, 2))
  expect(decisions().map(({ outcome }) => outcome)).toEqual(['below_threshold', 'triggered'])
  expect(alerts()).toHaveLength(1)
})

test('alerts by a traditional rule without asking a model', () => {
  const rule_config = { rule_type: 'traditional', pre_filter: { expression: 'volume > 10' } }
  const { send, alerts, decisions, calls } = run([{ ...spree, rule_config }])
  send(buy('BTCUSDT', 10, 1))
  send(buy('BTCUSDT', 11, 2))
  expect(alerts().map(({ event_ids }) => event_ids)).toEqual([['BTCUSDT-2']])
  expect(decisions()[0]).toMatchObject({
    cache: 'none',
    attempts: 0,
    trigger_mode: null,
    closed_by: 'event',
    confidence: null,
  })
  expect(calls).toHaveLength(0)
})
