import { expect, test } from 'vitest'
import { alertHead, alertLine } from '../../../pipeline/tail/alert-line.ts'
import { decisionHead, decisionLine } from '../../../pipeline/tail/decision-line.ts'

const decision = {
  decided_at: '2026-11-20T10:00:00.123Z',
  rule_id: 'buying-spree',
  key: 'BTCUSDT',
  outcome: 'not_triggered',
  confidence: 0.9312,
  reason: 'a calm\nday\u001b[2J',
  error: null,
}
const alert = { ...decision, raised_at: decision.decided_at, event_count: 5 }

test('shows a decision and an alert below the names of their columns', () => {
  expect([decisionHead, decisionLine(decision, Infinity)]).toEqual([
    'TIME                  RULE              KEY             OUTCOME          CONF  REASON',
    '2026-11-20T10:00:00Z  buying-spree      BTCUSDT         not_triggered    0.93  a calm day[2J',
  ])
  expect([alertHead, alertLine(alert, Infinity)]).toEqual([
    'TIME                  RULE              KEY             EVENTS  CONF  REASON',
    '2026-11-20T10:00:00Z  buying-spree      BTCUSDT         5       0.93  a calm day[2J',
  ])
})

test('shows why a window is undecided, and no confidence where there is none', () => {
  const error = { code: 'answer_invalid', message: 'it is prose' }
  const undecided = { ...decision, outcome: 'undecided', confidence: null, reason: null, error }
  expect(decisionLine(undecided, Infinity)).toMatch(/undecided +- +answer_invalid: it is prose$/)
  expect(alertLine({ ...alert, confidence: null, reason: null }, Infinity)).toMatch(/5 +-$/)
})

test('fits into the width of the terminal, whatever the names and the reason', () => {
  const long = { ...alert, rule_id: 'r'.repeat(64), key: 'k'.repeat(256), reason: 'why '.repeat(500) }
  expect([decisionLine(long, 110)?.length, alertLine(long, 110)?.length]).toEqual([110, 110])
})

test.each([null, 'text', {}, { ...decision, key: 1 }])('shows nothing of %j', value => {
  expect([decisionLine(value, 110), alertLine(value, 110)]).toEqual([null, null])
})
