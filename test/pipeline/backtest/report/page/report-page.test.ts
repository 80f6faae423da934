import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { markup } from '../../../../../pipeline/backtest/report/page/markup.ts'
import { reportPage } from '../../../../../pipeline/backtest/report/page/report-page.ts'
import { sampleDifference } from '../../../../support/backtest/sample-difference.ts'
import { sampleReport } from '../../../../support/backtest/sample-report.ts'
import { sampleSweep } from '../../../../support/backtest/sample-sweep.ts'
import { tallyBench } from '../../../../support/backtest/tally-bench.ts'
import { testRuleOf } from '../../../../support/test-rule-of.ts'

const report = sampleReport({ hours: 3 })
const START_MS = Date.parse('2026-11-20T10:00:00Z')

function sectionsOf(page: string): readonly string[] {
  return [...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id ?? '')
}

test('has a part for all that was found, and none for what there is not', () => {
  const all = { report, difference: sampleDifference(), sweep: sampleSweep() }
  expect(sectionsOf(reportPage(all))).toEqual([
    'overview',
    'difference',
    'sweep',
    'timeline',
    'rules',
    'keys',
    'cost',
    'hours',
    'waits',
    'alerts',
  ])
  const nothing = tallyBench([testRuleOf()], START_MS).reported()
  expect(sectionsOf(reportPage({ report: nothing }))).toEqual(['overview', 'rules'])
})

test('is the same, byte for byte, for the same findings', () => {
  expect(reportPage({ report })).toBe(reportPage({ report: structuredClone(report) }))
})

test('names nothing but parts of itself, and by its policy lets nothing run or load but its own script and style', () => {
  const page = reportPage({ report, difference: sampleDifference(), sweep: sampleSweep() })
  const targets = [...page.matchAll(/\b(?:href|src|url|action|data)\s*[=(]\s*"?([^")\s>]*)/g)]
  expect(new Set(targets.map(([, target]) => target?.[0]))).toEqual(new Set(['#']))
  const [, style = ''] = /<style>(.*)<\/style>/s.exec(page) ?? []
  const [, script = ''] = /<script>(.*)<\/script>/s.exec(page) ?? []
  const hash = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`
  expect(page).toContain(
    `content="default-src 'none'; style-src ${hash(style)}; script-src ${hash(script)}; base-uri 'none'; form-action 'none'"`,
  )
  expect(page).not.toMatch(/ style="| on\w+="/)
})

test('shows an unknown number of alerts where the model was not asked, and no "no"', () => {
  const { telemetry, decide, reported } = tallyBench([testRuleOf()], START_MS)
  telemetry.eventsReceived('signals', 5, 0)
  decide({ outcome: 'skipped', reason: 'not asked (--model none)' })
  const page = reportPage({ report: reported() })
  expect(page).toContain('<p class="amount">0<small> + ?</small></p><p class="sub">1 windows unknown</p>')
  expect(page).toContain('not asked or without an answer <span>1</span>')
  expect(page).not.toMatch(/<\/svg>(no|skipped) <span>/)
})

test('stays under a megabyte for fifty rules, five hundred alerts and two hundred changes', () => {
  const large = sampleReport({ rules: 50, hours: 9, missingShare: 0.1 })
  const alerts = [...large.alerts, ...large.alerts, ...large.alerts].slice(0, 500)
  expect(alerts).toHaveLength(500)
  const page = reportPage({
    report: { ...large, alerts },
    difference: sampleDifference(200),
    sweep: sampleSweep(),
  })
  expect(Buffer.byteLength(page)).toBeLessThan(1_000_000)
})

test('takes nothing for markup but what was made as such', () => {
  const text = '<b title="x">\'&'
  expect(markup`<i>${text}</i>`.text).toBe('<i>&lt;b title=&quot;x&quot;&gt;&#39;&amp;</i>')
  expect(markup`${[markup`<b>1</b>`, 2, null]}`.text).toBe('<b>1</b>2')
  expect(markup`${'a\u0000\u202eb\ud800'}`.text).toBe('ab\ufffd')
  expect(() => markup`${{ text: '<script>' }}`).toThrow('a piece that markup did not make')
})
