import { expect, test } from 'vitest'
import { causesText } from '../../../../../pipeline/backtest/report/words/causes-text.ts'
import { changeText } from '../../../../../pipeline/backtest/report/words/change-text.ts'
import { countText } from '../../../../../pipeline/backtest/report/words/count-text.ts'
import { durationText } from '../../../../../pipeline/backtest/report/words/duration-text.ts'
import { perDay } from '../../../../../pipeline/backtest/report/words/per-day.ts'
import { shareText } from '../../../../../pipeline/backtest/report/words/share-text.ts'
import { usdText } from '../../../../../pipeline/backtest/report/words/usd-text.ts'

test.each([
  [0, '$0.00'],
  [1234.5, '$1,234.50'],
  [0.1, '$0.10'],
  [0.0999, '$0.100'],
  [0.0147, '$0.015'],
  [0.00021, '$0.00021'],
  [0.0000123, '$0.000012'],
  [0.0000001, '<$0.000001'],
  [-0.53, '-$0.53'],
  [-0.0147, '-$0.015'],
])('writes %d dollars as %s', (usd, text) => {
  expect(usdText(usd)).toBe(text)
})

test.each([
  [0, 0, '-'],
  [0, 10, '0 %'],
  [10, 10, '100 %'],
  [1, 3, '33.3 %'],
  [1, 100_000, '<0.1 %'],
  [99_999, 100_000, '>99.9 %'],
])('writes %d of %d as %s', (part, whole, text) => {
  expect(shareText(part, whole)).toBe(text)
})

test.each([
  [0, '0 ms'],
  [640, '640 ms'],
  [12_400, '12.4 s'],
  [30_000, '30 s'],
  [90_000, '1.5 min'],
  [86_399_000, '24.0 h'],
  [86_400_000, '1 d'],
  [120 * 86_400_000 + 1, '120 d'],
])('writes %d ms as %s', (ms, text) => {
  expect(durationText(ms)).toBe(text)
})

test.each([
  [5, 5, '5 → 5 (the same)'],
  [0, 7, '0 → 7 (+7)'],
  [1000, 750, '1,000 → 750 (-250, -25.0 %)'],
  [1000, 1001, '1,000 → 1,001 (+1, +0.1 %)'],
])('writes what became of %d when it is %d', (before, after, text) => {
  expect(changeText({ before, after }, countText)).toBe(text)
})

test('tells a day of a recording from a minute on', () => {
  const from = '2026-11-20T10:00:00.000Z'
  const recording = {
    files: [],
    from,
    to: '2026-11-20T16:00:00.000Z',
    records: 2,
    late_records: 0,
    skipped: {},
  }
  expect(perDay(2, recording)).toBe(8)
  expect(perDay(2, { ...recording, to: '2026-11-20T10:00:59.999Z' })).toBeNull()
  expect(perDay(2, { ...recording, from: null, to: null })).toBeNull()
})

test('sums up why decisions differ, whatever differs in them, the most frequent cause first', () => {
  const causes = [
    { kind: 'window', cause: 'timing', count: 1200 },
    { kind: 'verdict', cause: 'rule_text', count: 3 },
    { kind: 'verdict', cause: 'timing', count: 34 },
    { kind: 'only_after', cause: 'filter', count: 7 },
  ] as const
  expect(causesText({ causes: [...causes] })).toBe('timing 1,234, filter 7, rule text 3')
  expect(causesText({ causes: [] })).toBeNull()
})
