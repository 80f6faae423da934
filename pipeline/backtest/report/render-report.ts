import type { Terminal } from '../../terminal/process-terminal.ts'
import type { BacktestFindings } from './backtest-findings.ts'
import { renderAlerts } from './render-alerts.ts'
import { renderDays } from './render-days.ts'
import { renderDifference } from './render-difference.ts'
import { renderHeadline } from './render-headline.ts'
import { renderKeys } from './render-keys.ts'
import { renderQueues } from './render-queues.ts'
import { renderRules } from './render-rules.ts'
import { renderSweep } from './render-sweep.ts'
import { renderWarnings } from './render-warnings.ts'

/** A backtest for people at a terminal: what would have fired and what it costs first, then what that is made of. */
export function renderReport(
  { report, difference, sweep }: BacktestFindings,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): string {
  const parts = [
    renderHeadline(report, terminal),
    renderWarnings(report, terminal),
    difference === undefined ? [] : renderDifference(difference, terminal),
    sweep === undefined ? [] : renderSweep(sweep, terminal),
    renderRules(report, terminal),
    renderAlerts(report, terminal),
    renderKeys(report, terminal),
    renderDays(report, terminal),
    renderQueues(report, terminal),
  ]
  return parts
    .filter(lines => lines.length > 0)
    .map(lines => lines.join('\n'))
    .join('\n\n')
}
