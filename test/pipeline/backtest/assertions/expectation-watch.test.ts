import { describe, expect, test } from 'vitest'
import { OTHER_KEYS_MAX } from '../../../../pipeline/backtest/assertions/alert-keys-watch.ts'
import {
  ExpectationWatch,
  type ExpectationWatchOptions,
  type JudgedReport,
} from '../../../../pipeline/backtest/assertions/expectation-watch.ts'
import { type Alert, alertSchema } from '../../../../schemas/alert.ts'
import { backtestExpectationSchema } from '../../../../schemas/backtest/backtest-expectation.ts'

const counts = { alerts: 2, calls: 5, cost_usd: 0.1 + 0.2, windows: 6, tokens: { input: 1, output: 1 } }

const report: JudgedReport = {
  total: { ...counts, decisions: 6 },
  model: { mode: 'journal', answers: { known: 4, asked: 0, missing: 1 }, latency: 'zero', limits: false },
  rules: [
    { rule_id: 'crash', ...counts, outcomes: { triggered: 2, undecided: 1 } },
    { rule_id: 'spree', ...counts, alerts: 0, outcomes: { not_triggered: 3 } },
  ],
}

function watch(expected: object, options: Partial<ExpectationWatchOptions> = {}) {
  return new ExpectationWatch({ expectation: backtestExpectationSchema.parse(expected), ...options })
}

/** What failed, and how many were looked at. */
function failuresOf(watched: ExpectationWatch, seen: JudgedReport = report) {
  const assertions = watched.assertions(seen)
  const failed = assertions.filter(({ passed }) => !passed)
  return [
    ...failed.map(({ name, expected, got }) => `${name}: expected ${expected}, got ${got}`),
    assertions.length,
  ]
}

function alertAt(time: string, more: Partial<Alert> = {}): Alert {
  return alertSchema.parse({
    alert_id: 'a',
    rule_id: 'crash',
    rule_version: 1,
    rule_name: 'Crash',
    rule_type: 'llm',
    trigger_mode: 'realtime',
    key: 'BTC',
    priority: 1,
    confidence: 1,
    reason: '',
    raised_at: `2026-11-20T${time}Z`,
    event_count: 1,
    event_ids: [],
    events: [],
    events_omitted: 0,
    model: null,
    ...more,
  })
}

describe('quantities', () => {
  test('passes what is in its range, ends included, and dollars that only adding up made more', () => {
    const expected = {
      alerts: 2,
      model_calls: { min: 5, max: 5 },
      cost_usd: { max: 0.3 },
      windows: { min: 6 },
      outcomes: { undecided: 1, not_triggered: 3, skipped: 0 },
      answers_missing: 1,
      rules: { crash: { alerts: 2, outcomes: { triggered: { min: 1 } } } },
    }
    expect(failuresOf(watch(expected))).toEqual([10])
  })

  test('names each that is not, with what was expected and what there was', () => {
    const expected = {
      alerts: 3,
      model_calls: { max: 4 },
      cost_usd: { min: 1 },
      windows: { min: 1, max: 5 },
      outcomes: { triggered: 0 },
      answers_missing: 0,
      rules: { crash: { alerts: { max: 1 }, outcomes: { undecided: 0 } }, gone: { windows: 1 } },
    }
    expect(failuresOf(watch(expected))).toEqual([
      'alerts: expected 3, got 2',
      'model_calls: expected at most 4, got 5',
      'cost_usd: expected at least 1, got 0.3',
      'windows: expected 1 to 5, got 6',
      'outcomes.triggered: expected 0, got 2',
      'answers_missing: expected 0, got 1',
      'rules.crash.alerts: expected at most 1, got 2',
      'rules.crash.outcomes.undecided: expected 0, got 1',
      'rules.gone.windows: expected 1, got 0',
      9,
    ])
  })

  test('takes the maxima of the command line', () => {
    const maxima = { alerts: 1, calls: 5, usd: 0.2 }
    expect(failuresOf(new ExpectationWatch({ maxima }))).toEqual([
      '--max-alerts: expected at most 1, got 2',
      '--max-usd: expected at most 0.2, got 0.3',
      3,
    ])
  })
})

describe('keys', () => {
  const expected = { rules: { crash: { keys: ['BTC', 'ETH'] }, spree: { keys: [] } } }

  test('passes these and no others', () => {
    const watched = watch(expected)
    for (const key of ['ETH', 'BTC', 'BTC']) watched.alerted(alertAt('10:00:00', { key }))
    watched.alerted(alertAt('10:00:00', { rule_id: 'other' }))
    expect(failuresOf(watched)).toEqual([2])
  })

  test('names what is missing and what is too many', () => {
    const watched = watch(expected)
    watched.alerted(alertAt('10:00:00', { key: 'XRP' }))
    watched.alerted(alertAt('10:00:00', { key: 'BTC' }))
    watched.alerted(alertAt('10:00:00', { rule_id: 'spree', key: 'BTC' }))
    expect(failuresOf(watched)).toEqual([
      'rules.crash.keys: expected "BTC", "ETH", got no alert of "ETH", and alerts of "XRP" as well',
      'rules.spree.keys: expected none, got alerts of "BTC" as well',
      2,
    ])
  })

  test('counts no more of them than it may', () => {
    const watched = watch({ rules: { crash: { keys: [] } } })
    for (let key = 0; key < OTHER_KEYS_MAX + 5; key++) watched.alerted(alertAt('10:00:00', { key: `${key}` }))
    expect(failuresOf(watched)[0]).toMatch(new RegExp(`"9" and ${OTHER_KEYS_MAX - 10} more as well$`))
  })
})

describe('alerts at their times', () => {
  const at = (time: string, within_seconds?: number) => ({
    rule_id: 'crash',
    key: 'BTC',
    at: `2026-11-20T${time}Z`,
    ...(within_seconds !== undefined && { within_seconds }),
  })

  test('passes an alert at either end of its time, and each by one of its own', () => {
    const watched = watch({ alerts_at: [at('10:00:00', 10), at('10:00:00', 10)], no_other_alerts: true })
    watched.alerted(alertAt('09:59:50'))
    watched.alerted(alertAt('10:00:10'))
    expect(failuresOf(watched)).toEqual([3])
  })

  test('meets the one that ends first, so that none is left that could be met', () => {
    const watched = watch({ alerts_at: [at('10:00:00', 120), at('10:00:00', 10)] })
    watched.alerted(alertAt('10:00:05'))
    watched.alerted(alertAt('10:01:00'))
    expect(failuresOf(watched)).toEqual([2])
  })

  test('names one that does not come, and the nearest to it', () => {
    const watched = watch({ alerts_at: [at('10:00:00', 10), { ...at('10:00:00'), key: 'ETH' }] })
    watched.alerted(alertAt('10:00:30'))
    watched.alerted(alertAt('10:00:11'))
    watched.alerted(alertAt('09:00:00'))
    expect(failuresOf(watched)).toEqual([
      'alerts_at.0: expected an alert of crash for BTC at 2026-11-20T10:00:00Z, 10 s earlier or later, got none; the nearest is at 2026-11-20T10:00:11Z',
      'alerts_at.1: expected an alert of crash for ETH at 2026-11-20T10:00:00Z, 60 s earlier or later, got none',
      2,
    ])
  })

  test('names the first alerts that nobody expected, and counts the others', () => {
    const watched = watch({ alerts_at: [], no_other_alerts: true })
    for (let second = 10; second < 22; second++) watched.alerted(alertAt(`10:00:${second}`))
    expect(failuresOf(watched)[0]).toMatch(
      /^no_other_alerts: expected none, got 12: crash BTC at 2026-11-20T10:00:10Z, .*:19Z, 2 more$/,
    )
  })

  test('lets others be where they are not ruled out', () => {
    const watched = watch({ alerts_at: [] })
    watched.alerted(alertAt('10:00:00'))
    expect(failuresOf(watched)).toEqual([0])
  })
})
