import { expect, test } from 'vitest'
import { reportWarnings } from '../../../../pipeline/backtest/report/report-warnings.ts'
import type { BacktestReport } from '../../../../schemas/backtest/backtest-report.ts'
import { sampleReport } from '../../../support/backtest/sample-report.ts'
import { tallyBench } from '../../../support/backtest/tally-bench.ts'
import { testRuleOf } from '../../../support/test-rule-of.ts'

const START_MS = Date.parse('2026-11-20T10:00:00Z')

/** Of one rule that looked at an event. */
function bench() {
  const made = tallyBench([testRuleOf()], START_MS)
  made.telemetry.eventsReceived('signals', 100, 0)
  made.telemetry.rulesEvaluated('spree', 'match', 100)
  return made
}

function textsOf(report: BacktestReport) {
  return reportWarnings(report).map(({ text, advice }) => (advice === null ? text : `${text} ${advice}`))
}

test('says nothing of a run with which all is well', () => {
  const { decide, reported } = bench()
  decide({ outcome: 'triggered' })
  expect(textsOf(reported())).toEqual([])
})

test('says that nobody was asked, that nothing is known of those windows, and how to ask', () => {
  const { decide, reported } = bench()
  for (let n = 0; n < 3; n++) decide({ outcome: 'skipped', reason: 'not asked (--model none)' })
  const { model } = reported()
  expect(textsOf(reported({ model: { ...model, mode: 'none' } }))).toEqual([
    'No model was asked: calls and cost are estimates, and what 3 windows would have raised is not known. Give recorded answers with --answers FILE, or ask with --model live.',
  ])
})

test('says how to get answers that are missing', () => {
  const { decide, reported } = bench()
  decide({ outcome: 'undecided', error: { code: 'answer_missing', message: '' } })
  const { model } = reported()
  const answers = { known: 4, asked: 0, missing: 1 }
  const [text, ...more] = textsOf(reported({ model: { ...model, mode: 'journal', answers } }))
  expect(text).toContain('1 call found no recorded answer: what 1 window would have raised is not known')
  expect(text).toContain('--model live --answers FILE; --budget-usd')
  expect(more).toEqual([])
})

test('says what was late, closed early, without a verdict, and without money', () => {
  const { telemetry, decide, reported } = bench()
  telemetry.modelCalled({
    model: 'fast',
    result: 'ok',
    code: null,
    isRetry: false,
    durationMs: 1,
    waitedMs: 9000,
    priority: 'low',
  })
  decide({ waited_ms: { window: 0, queue: 9000, call: 1 } })
  decide({ closed_by: 'pressure' })
  decide({ outcome: 'undecided', error: { code: 'answer_invalid', message: '' } })
  decide({ outcome: 'skipped', budget: 'skip' })
  expect(textsOf(reported()).map(text => text.split('.')[0])).toEqual([
    '1 decision at fast came more than 5 s after the window had closed',
    '1 window closed early because a lane was full',
    '1 window got no verdict: answer_invalid',
    '1 window got no verdict: budget_spent',
  ])
})

test('says what of the recording was passed over, out of order, or no event', () => {
  const { telemetry, played, reported } = bench()
  played({ timestampMs: START_MS + 1 })
  played({ timestampMs: START_MS })
  telemetry.deadLettered('route', 'event_invalid')
  const recording = { files: ['day.ndjson'], skipped: { 'not JSON': 1, 'no topic': 1200 } }
  expect(textsOf(reported({ recording }))).toEqual([
    '1,201 lines of the recording passed over: not JSON 1, no topic 1,200. What they held is not in these numbers.',
    '1 record older than one before: played as soon as they could.',
    '1 record sent to the dead-letter topic: event_invalid 1.',
  ])
})

test('names rules that saw nothing, or could not look at what they saw', () => {
  const ids = ['a', 'b', 'c', 'd', 'unknowing', 'keyless']
  const { telemetry, reported } = tallyBench(
    ids.map(rule_id => testRuleOf({ over: { rule_id } })),
    START_MS,
  )
  telemetry.eventsReceived('signals', 100, 0)
  telemetry.rulesEvaluated('unknowing', 'no_match', 98)
  telemetry.rulesEvaluated('unknowing', 'unknown', 2)
  telemetry.rulesEvaluated('keyless', 'no_key', 1)
  expect(textsOf(reported())).toEqual([
    'a, b, c and 1 more saw no event: none has one of the event_types.',
    'unknowing: events lack a field that the expression needs (2.0 % of those of unknowing).',
    'keyless: events lack a field of group_by, and were not looked at.',
  ])
})

test('says when nothing was played, and when days are not told apart', () => {
  const empty = tallyBench([testRuleOf()], START_MS).reported()
  expect(textsOf(empty)[0]).toContain('No event was played.')
  const long = { ...sampleReport({ hours: 1, rules: 1 }), days_omitted: 3 }
  expect(textsOf(long).at(-1)).toBe('Only the first 1 days are told apart; the totals hold 3 days more.')
})
