import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'
import type { BacktestFindings } from '../../backtest-findings.ts'
import { reportWarnings } from '../../report-warnings.ts'
import { unanswered } from '../../unanswered.ts'
import { countText } from '../../words/count-text.ts'
import { perDay } from '../../words/per-day.ts'
import { shareText } from '../../words/share-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { type Content, markup, type Markup } from '../markup.ts'

/** The numbers that a reader comes for, and what to know about them. */
export function headlineSection(findings: BacktestFindings): Markup {
  const { report } = findings
  const warnings = reportWarnings(report).map(({ text, advice }) => {
    return markup`<li><b>${text}</b>${advice === null ? null : markup` <span>${advice}</span>`}</li>`
  })
  return markup`<section id="overview" aria-label="Overview"><div class="tiles">${tiles(findings)}</div>${
    warnings.length === 0 ? null : markup`<ul class="warnings">${warnings}</ul>`
  }</section>`
}

function tiles({ report, difference }: BacktestFindings): readonly Markup[] {
  const { total, events, model, recording } = report
  const estimated = model.mode === 'none' ? ', estimated' : ''
  const day = perDay(total.cost_usd, recording)
  const each = total.calls === 0 ? 'none needed' : `one for ${(events.total / total.calls).toFixed(1)} events`
  return [
    alertTile(report, difference),
    tile(`Model calls${estimated}`, countText(total.calls), each),
    tile(
      `Cost${estimated}`,
      usdText(total.cost_usd),
      day === null ? 'too short to tell a day' : `about ${usdText(day)} a day`,
    ),
    tile(
      'Filtered out',
      shareText(events.unmatched, events.total),
      `${countText(events.unmatched)} events passed no rule`,
    ),
    tile('Events', countText(events.total), topicText(Object.keys(events.by_topic).length)),
  ]
}

function alertTile({ total, rules }: BacktestReport, difference: BacktestFindings['difference']): Markup {
  const open = rules.reduce((sum, rule) => sum + unanswered(rule), 0)
  const alerts = countText(total.alerts)
  if (open > 0) {
    return tile('Alerts', markup`${alerts}<small> + ?</small>`, `${countText(open)} windows unknown`)
  }
  if (difference === undefined) return tile('Alerts', alerts, `of ${countText(total.decisions)} decisions`)
  const { gone, new: raised } = difference.alerts
  return tile('Alerts', alerts, `${countText(raised)} new, ${countText(gone)} gone`)
}

function topicText(topics: number): string {
  return topics === 1 ? 'in one topic' : `in ${countText(topics)} topics`
}

function tile(label: string, amount: Content, note: string): Markup {
  return markup`<div class="tile"><p class="label">${label}</p><p class="amount">${amount}</p><p class="sub">${note}</p></div>`
}
