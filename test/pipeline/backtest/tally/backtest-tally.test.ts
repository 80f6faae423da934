import { expect, test } from 'vitest'
import { TOLD_ALERTS_MAX } from '../../../../pipeline/backtest/tally/backtest-tally.ts'
import { DAYS_MAX } from '../../../../pipeline/backtest/tally/calendar.ts'
import { RULE_KEYS_MAX, WATCHED_KEYS_MAX } from '../../../../pipeline/backtest/tally/rule-tally.ts'
import { STRANGE_RULES_MAX, TIMELINE_RULES_MAX } from '../../../../pipeline/backtest/tally/rule-tallies.ts'
import { backtestReportSchema } from '../../../../schemas/backtest/backtest-report.ts'
import { decisionOf } from '../../../support/backtest/decision-of.ts'
import { tallyBench } from '../../../support/backtest/tally-bench.ts'
import { testRuleOf } from '../../../support/test-rule-of.ts'

const START_MS = Date.parse('2026-11-20T23:59:58.500Z')
const DAY_MS = 86_400_000
const spree = testRuleOf()
const big = testRuleOf({ type: 'traditional', over: { rule_id: 'big', name: 'Big' } })
const ofBig = { rule_id: 'big', rule_type: 'traditional', trigger_mode: null, closed_by: 'event' } as const

function ruleOf(id: string) {
  return testRuleOf({ over: { rule_id: id } })
}

test('reports a run in which nothing happened', () => {
  const report = tallyBench([spree], START_MS).reported()
  expect(backtestReportSchema.parse(report)).toEqual(report)
  expect(report).toMatchObject({
    recording: { files: ['day.ndjson.gz'], from: null, to: null, records: 0 },
    events: { total: 0, by_topic: {}, unmatched: 0 },
    total: { calls: 0, cost_usd: 0, windows: 0, alerts: 0, decisions: 0 },
    rules: [{ rule_id: 'spree', name: 'Spree', windows: 0, keys: 0, noisiest_keys: [], outcomes: {} }],
    days: [],
    timeline: null,
    alerts: [],
    queues: {},
  })
})

test('adds up records, events, windows, calls, dollars and alerts, by rule, key, day and hour', () => {
  const { telemetry, played, at, decide, fill, reported } = tallyBench([spree, big], START_MS)
  played({ timestampMs: START_MS })
  played({ timestampMs: START_MS - 1000 })
  played({ timestampMs: START_MS + 3000 })
  telemetry.eventsReceived('signals', 2, 1)
  telemetry.rulesEvaluated('spree', 'match', 1)
  telemetry.rulesEvaluated('spree', 'no_match', 1)
  fill('spree', 'BTC')
  at(START_MS + 3000)
  telemetry.eventsReceived('orders', 1, 0)
  telemetry.deadLettered('route', 'event_invalid')
  fill('spree', 'BTC')
  fill('big', 'ETH')
  telemetry.windowClosed({ mode: 'batch', closedBy: 'size', lateMs: null })
  telemetry.windowClosed({ mode: 'traditional', closedBy: 'event', lateMs: null })
  decide({ key: 'BTC', outcome: 'triggered', reason: 'five buys', attempts: 2, cost_usd: 0.25 })
  const free = { attempts: 0, cost_usd: 0, tokens: { input: 0, output: 0 }, model: null }
  decide({ ...ofBig, ...free, key: 'ETH', outcome: 'triggered', confidence: null })
  const report = reported()
  expect(backtestReportSchema.parse(report)).toEqual(report)
  expect(report.recording).toMatchObject({
    from: '2026-11-20T23:59:57.500Z',
    to: '2026-11-21T00:00:01.500Z',
    records: 3,
    late_records: 1,
  })
  expect(report.events).toEqual({
    total: 3,
    by_topic: { orders: 1, signals: 2 },
    dead_lettered: { event_invalid: 1 },
    unmatched: 1,
  })
  const spending = { calls: 2, tokens: { input: 400, output: 30 }, cost_usd: 0.25 }
  expect(report.total).toEqual({ ...spending, windows: 2, alerts: 2, decisions: 2 })
  expect(report.rules[0]).toMatchObject({
    ...spending,
    rule_version: 1,
    trigger_mode: 'batch',
    evaluations: { match: 1, no_match: 1, unknown: 0, no_key: 0 },
    windows: 1,
    closed_by: { size: 1 },
    outcomes: { triggered: 1 },
    alerts: 1,
    keys: 1,
    noisiest_keys: [{ key: 'BTC', events: 2, windows: 1, calls: 2, alerts: 1 }],
    waited_ms: { window: { count: 1, p50: 12_000 }, queue: { max: 3 }, call: { max: 640 } },
  })
  expect(report.rules[1]).toMatchObject({ calls: 0, alerts: 1, waited_ms: { window: { count: 0 } } })
  expect(report.days).toMatchObject([
    { day: '2026-11-20', events: 2, windows: 0, alerts: 0, calls: 0, cost_usd_by_rule: {} },
    { day: '2026-11-21', events: 1, windows: 2, alerts: 2, calls: 2, cost_usd_by_rule: { spree: 0.25 } },
  ])
  expect(report.hours.map(({ events }) => events)).toEqual([1, ...Array.from({ length: 22 }, () => 0), 2])
  expect(report.timeline).toEqual({
    start: '2026-11-20T23:59:58.000Z',
    bucket_seconds: 1,
    events: [2, 0, 0, 1],
    rules: {
      spree: { matches: [1, 0, 0, 1], windows: [0, 0, 0, 1], calls: [0, 0, 0, 2], alerts: [0, 0, 0, 1] },
      big: { matches: [0, 0, 0, 1], windows: [0, 0, 0, 1], calls: [0, 0, 0, 0], alerts: [0, 0, 0, 1] },
    },
  })
  expect(report.alerts).toMatchObject([
    { rule_id: 'spree', key: 'BTC', reason: 'five buys', event_count: 5, confidence: 0.8 },
    { rule_id: 'big', key: 'ETH', confidence: null },
  ])
})

test('counts windows without a verdict by what was wrong', () => {
  const { decide, reported } = tallyBench([spree], START_MS)
  const error = { code: 'answer_invalid', message: 'no JSON' }
  decide({ outcome: 'undecided', error })
  decide({ outcome: 'undecided', error })
  // With `on_failure: trigger` it raises an alert, and has no verdict all the same.
  decide({ outcome: 'triggered', error: { code: 'model_unavailable', message: 'gone' } })
  // Skipped while there was money: nobody was asked, which is no "no".
  decide({ outcome: 'skipped', reason: 'not asked (--model none)' })
  decide({ outcome: 'skipped', budget: 'skip' })
  expect(reported().rules[0]).toMatchObject({
    outcomes: { triggered: 1, undecided: 2, skipped: 2 },
    errors: { answer_invalid: 2, budget_spent: 1, model_unavailable: 1, not_asked: 1 },
  })
})

test('tells what calls waited for the limits, and which decisions were late, only where there were limits', () => {
  const { telemetry, decide, reported } = tallyBench([spree], START_MS)
  const call = { result: 'ok', code: null, isRetry: false, durationMs: 640, priority: 'medium' } as const
  telemetry.modelCalled({ ...call, model: 'fast', waitedMs: 40 })
  telemetry.modelCalled({ ...call, model: 'fast', waitedMs: 6000 })
  decide({ waited_ms: { window: 0, queue: 40, call: 640 } })
  decide({ waited_ms: { window: 0, queue: 4360, call: 640 } })
  decide({ waited_ms: { window: 0, queue: 4361, call: 640 } })
  const queue = { waited_ms: { count: 2, max: 6000 }, late: 1, late_after_seconds: 5 }
  expect(reported().queues).toMatchObject({ fast: queue })
  const { model } = reported()
  expect(reported({ model: { ...model, limits: false } }).queues).toEqual({})
})

test(`tells the first ${TOLD_ALERTS_MAX} alerts, by their time, and counts the others`, () => {
  const { at, decide, reported } = tallyBench([spree], START_MS)
  for (let n = 0; n < TOLD_ALERTS_MAX + 7; n++) {
    // Lanes commit side by side: one is told a little before another that was raised earlier.
    at(START_MS + (n % 2 === 0 ? n + 1 : n - 1))
    decide({ outcome: 'triggered', key: `key-${n}` })
  }
  const { alerts, alerts_omitted, total } = reported()
  expect([alerts.length, alerts_omitted, total.alerts]).toEqual([TOLD_ALERTS_MAX, 7, TOLD_ALERTS_MAX + 7])
  expect(alerts.slice(0, 4).map(({ key }) => key)).toEqual(['key-1', 'key-0', 'key-3', 'key-2'])
})

test(`keeps ${DAYS_MAX} days apart, and counts all in the totals and hours`, () => {
  const { at, decide, reported } = tallyBench([spree], START_MS)
  for (let day = 0; day < DAYS_MAX + 3; day++) {
    at(START_MS + day * DAY_MS)
    for (const key of ['BTC', 'ETH']) decide({ key })
  }
  const { days, days_omitted, hours, total } = reported()
  expect([days.length, days_omitted, total.windows]).toEqual([DAYS_MAX, 3, 0])
  expect(days.every(({ calls }) => calls === 2)).toBe(true)
  expect(hours[23]?.calls).toBe(2 * (DAYS_MAX + 3))
})

test(`tells ${RULE_KEYS_MAX} keys of a rule apart and says that there are more`, () => {
  const { fill, reported } = tallyBench([spree], START_MS)
  for (let n = 0; n < RULE_KEYS_MAX; n++) fill('spree', `key-${n}`)
  expect(reported().rules[0]).toMatchObject({ keys: RULE_KEYS_MAX, has_more_keys: false })
  fill('spree', 'key-0')
  expect(reported().rules[0]?.has_more_keys).toBe(false)
  fill('spree', 'one more')
  expect(reported().rules[0]).toMatchObject({ keys: RULE_KEYS_MAX, has_more_keys: true })
})

test(`names the noisiest keys when more than ${WATCHED_KEYS_MAX} come, with an upper bound of their events`, () => {
  const { fill, decide, reported } = tallyBench([spree], START_MS)
  for (let n = 0; n < 5 * WATCHED_KEYS_MAX; n++) {
    fill('spree', `quiet-${n}`)
    if (n % 10 === 0) fill('spree', 'loud')
  }
  decide({ key: 'loud' })
  const [loudest, ...others] = reported().rules[0]?.noisiest_keys ?? []
  expect(loudest).toEqual({ key: 'loud', events: 500, windows: 1, calls: 1, alerts: 0 })
  expect(others).toHaveLength(9)
  // Each quiet key came once: what is too many is at most the share of one place.
  for (const { events } of others) expect(events).toBeLessThanOrEqual(1 + 5500 / WATCHED_KEYS_MAX)
})

test(`shows the ${TIMELINE_RULES_MAX} rules with the most windows over time, in the order of the rules`, () => {
  const rules = Array.from({ length: TIMELINE_RULES_MAX + 2 }, (_, n) => ruleOf(`rule-${n}`))
  const { decide, reported } = tallyBench(rules, START_MS)
  for (const [index, { rule_id }] of rules.entries()) {
    for (let window = 0; window <= index; window++) decide({ rule_id })
  }
  expect(Object.keys(reported().timeline?.rules ?? {})).toEqual(rules.slice(2).map(({ rule_id }) => rule_id))
})

test(`tells of ${STRANGE_RULES_MAX} rules that nobody named, and counts further ones in the totals`, () => {
  const { decide, reported } = tallyBench([spree], START_MS)
  for (let n = 0; n <= STRANGE_RULES_MAX; n++) decide({ rule_id: `gone-${n}`, outcome: 'cancelled' })
  const { rules, total } = reported()
  expect(rules).toHaveLength(1 + STRANGE_RULES_MAX)
  expect(rules.at(-1)).toMatchObject({ rule_id: `gone-${STRANGE_RULES_MAX - 1}`, outcomes: { cancelled: 1 } })
  expect(total.decisions).toBe(STRANGE_RULES_MAX + 1)
})

test('takes less than two seconds for a million events with ten rules', () => {
  const rules = Array.from({ length: 10 }, (_, n) => ruleOf(`rule-${n}`))
  const { telemetry, played, at } = tallyBench(rules, START_MS)
  const decisions = rules.map(({ rule_id }) => decisionOf({ rule_id }))
  const keys = Array.from({ length: 5000 }, (_, n) => `key-${n}`)
  const before = process.cpuUsage()
  for (let n = 0; n < 1_000_000; n++) {
    const timestampMs = START_MS + n * 86
    at(timestampMs)
    played({ timestampMs })
    telemetry.eventsReceived('signals', 1, 0)
    const decision = decisions[n % 10] ?? decisionOf()
    const key = keys[(n * 7919) % 5000] ?? ''
    const ruleId = decision.rule_id
    if (n % 100 === 0) telemetry.rulesEvaluated(ruleId, 'match', 500)
    // One event in two passes a rule, and five that pass are a window.
    if (n % 2 === 0) telemetry.windowFilled({ ruleId, key, mode: 'batch', count: 1, sizeMax: 5 })
    if (n % 10 === 0) telemetry.decided(decision, 0)
  }
  const { user, system } = process.cpuUsage(before)
  expect((user + system) / 1000).toBeLessThan(2000)
})
