import { createHash } from 'node:crypto'
import type { BacktestReport } from '../../../../schemas/backtest/backtest-report.ts'
import type { BacktestFindings } from '../backtest-findings.ts'
import { countText } from '../words/count-text.ts'
import { durationText } from '../words/duration-text.ts'
import { modelText } from '../words/model-text.ts'
import { spanMs } from '../words/span-ms.ts'
import { timeText } from '../words/time-text.ts'
import { chartStyle } from './chart-style.ts'
import { markup, type Markup } from './markup.ts'
import { pageScript } from './page-script.ts'
import { pageStyle } from './page-style.ts'
import { alertsSection } from './sections/alerts-section.ts'
import { costSection } from './sections/cost-section.ts'
import { differenceSection } from './sections/difference-section.ts'
import { headlineSection } from './sections/headline-section.ts'
import { hoursSection } from './sections/hours-section.ts'
import { keysSection } from './sections/keys-section.ts'
import { rulesSection } from './sections/rules-section.ts'
import { sweepSection } from './sections/sweep-section.ts'
import { timelineSection } from './sections/timeline-section.ts'
import { waitsSection } from './sections/waits-section.ts'

/**
 * A backtest as one page that needs nothing else: no file, no network, and it works without its script. Whatever events, keys and
 * models say is text in it, and its policy lets nothing run or load but what is named here by its hash.
 */
export function reportPage(findings: BacktestFindings): string {
  const { report, difference, sweep } = findings
  const style = markup`${pageStyle}${chartStyle}`
  const title = `Backtest of ${report.recording.files.join(', ')}`
  const parts: readonly (readonly [string, string, Markup | null | undefined])[] = [
    ['overview', 'Overview', headlineSection(findings)],
    ['difference', 'What changes', difference && differenceSection(difference)],
    ['sweep', 'Sweep', sweep && sweepSection(sweep)],
    ['timeline', 'Timeline', timelineSection(report)],
    ['rules', 'Rules', rulesSection(report)],
    ['keys', 'Keys', keysSection(report)],
    ['cost', 'Cost', costSection(report)],
    ['hours', 'Hours', hoursSection(report)],
    ['waits', 'Waiting', waitsSection(report)],
    ['alerts', 'Alerts', alertsSection(report)],
  ]
  const shown = parts.flatMap(([id, name, section]) => (section ? [{ id, name, section }] : []))
  const page = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src '${hashOf(style)}'; script-src '${hashOf(pageScript)}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${style}</style>
</head>
<body>
<header class="top"><p class="label">Backtest</p><h1>${report.recording.files.join(', ')}</h1><p class="about">${about(report)}</p></header>
<nav aria-label="Parts of the page"><ul>${shown.map(({ id, name }) => markup`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>
<main>
${shown.map(({ section }) => markup`${section}\n`)}</main>
<footer class="page-foot">All times are UTC. Quantiles are upper bounds within 5 %. This page holds everything it shows and loads nothing.</footer>
<script>${pageScript}</script>
</body>
</html>
`
  return page.text
}

function about(report: BacktestReport): string {
  const { from, to, records } = report.recording
  const range =
    from === null || to === null
      ? 'no records'
      : `${timeText(from)} to ${timeText(to)} UTC, ${durationText(spanMs(report.recording))}, ${countText(records)} records`
  return `${range}; ${modelText(report.model)}`
}

function hashOf({ text }: Markup): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
