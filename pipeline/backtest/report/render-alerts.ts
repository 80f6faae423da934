import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import { type Span, paintLine } from '../../demo/paint-line.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { dimLines } from './dim-lines.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { reasonLines } from './reason-lines.ts'
import { countText } from './words/count-text.ts'
import { timeText } from './words/time-text.ts'

/** A terminal shows so many alerts; the first ones tell whether a rule is right. */
const ALERTS_SHOWN = 5
const INDENT = '  '

/** The first alerts, each with its reason. */
export function renderAlerts(
  { alerts, total }: BacktestReport,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  if (alerts.length === 0) return []
  const shown = alerts.slice(0, ALERTS_SHOWN)
  const omitted = total.alerts - shown.length
  const more = `${countText(omitted)} more: --html FILE and --json have the first ${alerts.length}`
  return [
    terminal.paint('bold', shown.length === 1 ? 'The alert' : 'The first alerts'),
    ...shown.flatMap(alert => alertLines(alert, terminal)),
    ...(omitted === 0 ? [] : dimLines(more, terminal)),
  ]
}

function alertLines(
  { raised_at, rule_id, key, event_count, confidence, reason }: BacktestReport['alerts'][number],
  { columns, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const sure = confidence === null ? '' : `, confidence ${confidence.toFixed(2)}`
  const head: readonly Span[] = [
    `${timeText(raised_at)}  `,
    { text: visibleText(`${rule_id} ${key}`), style: 'red' },
    `, ${countText(event_count)} event${event_count === 1 ? '' : 's'}${sure}`,
  ]
  return [
    paintLine(head, columns, (_style, text) => paint('red', text)),
    ...reasonLines(reason, columns - INDENT.length).map(line => `${INDENT}${line}`),
  ]
}
