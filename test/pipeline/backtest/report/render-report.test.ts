import { expect, test } from 'vitest'
import { renderReport } from '../../../../pipeline/backtest/report/render-report.ts'
import type { BacktestFindings } from '../../../../pipeline/backtest/report/backtest-findings.ts'
import { sampleDifference } from '../../../support/backtest/sample-difference.ts'
import { sampleReport } from '../../../support/backtest/sample-report.ts'
import { sampleSweep } from '../../../support/backtest/sample-sweep.ts'
import { tallyBench } from '../../../support/backtest/tally-bench.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'
import { testRuleOf } from '../../../support/test-rule-of.ts'

const START_MS = Date.parse('2026-11-20T10:00:00Z')
const report = sampleReport({ hours: 3 })

function rendered(findings: BacktestFindings, columns = Infinity): readonly string[] {
  return renderReport(findings, { ...recordingTerminal(), columns }).split('\n')
}

test('begins with what would have fired, what it takes and what it costs', () => {
  const lines = rendered({ report })
  const { alerts, calls } = report.total
  const words = (count: number) => count.toLocaleString('en-US')
  expect(lines[0]).toBe('Backtest of market-day.ndjson.gz')
  expect(lines[1]).toContain('2026-11-20 00:00:04 to 2026-11-20 02:59:49 UTC, 3.0 h')
  expect(lines[3]).toBe(`  alerts        ${words(alerts)} of ${words(report.total.decisions)} decisions`)
  expect(lines[4]).toContain(`  model calls   ${words(calls)}, one for`)
  expect(lines[5]).toMatch(/^ {2}cost {10}\$0\.\d\d, about \$\d\.\d\d a day, /)
  expect(lines[6]).toMatch(/^ {2}filtered out {2}.* events \(\d\d\.\d %\) passed no rule$/)
})

test('tells each rule, those with the most alerts first, then the first alerts with their reasons', () => {
  const text = rendered({ report }).join('\n')
  const most = report.rules.toSorted((one, other) => other.alerts - one.alerts)[0]
  expect(text).toMatch(new RegExp(`Alerts by rule\\nRULE .*\\n${most?.rule_id} `))
  const [first] = report.alerts
  expect(text).toContain(
    `The first alerts\n${first?.raised_at.slice(0, 19).replace('T', ' ')}  ${first?.rule_id} ${first?.key}`,
  )
  expect(text).toContain(`\n  ${first?.reason}`)
  expect(text).toContain('Noisiest keys')
  expect(text).toContain('Waiting for the limits')
})

test('never shows a number of alerts for a rule whose model was not asked', () => {
  const { telemetry, decide, reported } = tallyBench([testRuleOf()], START_MS)
  telemetry.eventsReceived('signals', 5, 0)
  telemetry.rulesEvaluated('spree', 'match', 5)
  decide({ outcome: 'skipped', reason: 'not asked (--model none)' })
  const lines = rendered({ report: reported() })
  expect(lines).toContainEqual(expect.stringMatching(/^spree {2}llm, batch {7}\? /))
  expect(lines).toContainEqual(expect.stringContaining('unknown what 1 windows would have raised'))
  decide({ outcome: 'triggered' })
  expect(rendered({ report: reported() })).toContainEqual(
    expect.stringMatching(/^spree {2}llm, batch {3}1 \+ \? /),
  )
})

test('shows days only where there are several, and the last ones of many', () => {
  expect(rendered({ report })).not.toContain('By day, UTC')
  const { at, decide, reported } = tallyBench([testRuleOf()], START_MS)
  for (let day = 0; day < 16; day++) {
    at(START_MS + day * 86_400_000)
    decide({ outcome: 'triggered' })
  }
  const lines = rendered({ report: reported() })
  const head = lines.indexOf('By day, UTC')
  expect(lines.slice(head + 2, head + 17).map(line => line.slice(0, 10))).toEqual([
    ...Array.from({ length: 14 }, (_, day) =>
      new Date(START_MS + (day + 2) * 86_400_000).toISOString().slice(0, 10),
    ),
    '2 days bef',
  ])
})

test('shows both reasons of a decision that changed: side by side where there is room, else below each other', () => {
  const difference = sampleDifference(2)
  const wide = rendered({ report, difference }, 140).join('\n')
  expect(wide).toContain('Compared with rules/before.yaml\n  alerts        812 kept, 81 gone, 24 new\n')
  expect(wide).toContain('cost          $2.24 → $1.71 (-$0.53, -23.7 %)')
  expect(wide).toMatch(
    /buying-spree BTCUSDT: decided otherwise\n.*\n {2}before {2}yes 0\.91.* after {3}no 0\.42/,
  )
  const narrow = rendered({ report, difference }, 80).join('\n')
  expect(narrow).toMatch(/ {2}before {2}yes 0\.91.*\n(.*\n)+? {2}after {3}no 0\.42/)
  expect(narrow).toContain('460 more: --html FILE and --json have the first 2')
})

test('shows a sweep as one table, alerts against its first line', () => {
  const lines = rendered({ report, sweep: sampleSweep() })
  const head = lines.indexOf('Sweep, against the first line')
  expect(lines[head + 1]).toMatch(/^BATCH_SIZE {2}MAX_WAIT_SECONDS {3}CALLS .* KEPT {2}LOST {2}NEW$/)
  expect(lines[head + 2]).toMatch(/^ {9}5 {16}10 {2}26,000 .* 893 {5}- {5}- {4}-$/)
  expect(lines[head + 10]).toMatch(/^ {8}20 {16}60 /)
})

test('names in colours what a terminal shows in colours, and nothing where it shows none', () => {
  const painted: string[] = []
  const paint = (style: string, text: string) => {
    painted.push(`${style} ${text}`)
    return text
  }
  renderReport({ report }, { columns: 100, paint })
  expect(painted[0]).toBe('bold Backtest of market-day.ndjson.gz')
  expect(rendered({ report }).join('')).not.toContain('\u001b')
})
