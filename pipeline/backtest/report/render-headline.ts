import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import { wrapText } from '../../demo/wrap-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { labelLines } from './label-lines.ts'
import { unanswered } from './unanswered.ts'
import { countText } from './words/count-text.ts'
import { durationText } from './words/duration-text.ts'
import { modelText } from './words/model-text.ts'
import { perDay } from './words/per-day.ts'
import { shareText } from './words/share-text.ts'
import { spanMs } from './words/span-ms.ts'
import { timeText } from './words/time-text.ts'
import { tokenText } from './words/token-text.ts'
import { usdText } from './words/usd-text.ts'

/** What was played, and what came of it in four numbers. */
export function renderHeadline(
  report: BacktestReport,
  { columns, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const { recording, model } = report
  const files = recording.files.map(visibleText).join(', ')
  const about = [rangeText(report), modelText(model)].map(visibleText).join('; ')
  return [
    ...wrapText(`Backtest of ${files}`, columns).map(line => paint('bold', line)),
    ...wrapText(about, columns).map(line => paint('dim', line)),
    '',
    ...labelLines('alerts', alertText(report), columns).map(line => paint('bold', line)),
    ...labelLines('model calls', callText(report), columns),
    ...labelLines('cost', costText(report), columns),
    ...labelLines('filtered out', filterText(report), columns),
  ]
}

function rangeText({ recording }: BacktestReport): string {
  const { from, to, records } = recording
  if (from === null || to === null) return 'no records'
  const span = durationText(spanMs(recording))
  return `${timeText(from)} to ${timeText(to)} UTC, ${span}, ${countText(records)} records`
}

function alertText({ total, rules }: BacktestReport): string {
  const open = rules.reduce((sum, rule) => sum + unanswered(rule), 0)
  const unknown = open === 0 ? '' : `, and unknown what ${countText(open)} windows would have raised`
  return `${countText(total.alerts)} of ${countText(total.decisions)} decisions${unknown}`
}

function callText({ total, events, model }: BacktestReport): string {
  const estimated = model.mode === 'none' ? ', estimated' : ''
  if (total.calls === 0) return '0'
  const each = events.total / total.calls
  return `${countText(total.calls)}, one for ${each.toFixed(1)} events${estimated}`
}

function costText(report: BacktestReport): string {
  const { total, recording } = report
  const day = perDay(total.cost_usd, recording)
  const tokens = `${tokenText(total.tokens.input)} tokens in and ${tokenText(total.tokens.output)} out`
  return `${usdText(total.cost_usd)}${day === null ? '' : `, about ${usdText(day)} a day`}, ${tokens}`
}

function filterText({ events }: BacktestReport): string {
  const share = shareText(events.unmatched, events.total)
  return `${countText(events.unmatched)} of ${countText(events.total)} events (${share}) passed no rule`
}
