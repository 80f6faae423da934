import type { BacktestDifference } from '../../../schemas/backtest/backtest-difference.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { dimLines } from './dim-lines.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { wrapText } from '../../demo/wrap-text.ts'
import { labelLines } from './label-lines.ts'
import { renderChange } from './render-change.ts'
import { causesText } from './words/causes-text.ts'
import { changeText } from './words/change-text.ts'
import { countText } from './words/count-text.ts'
import { differenceText } from './words/difference-text.ts'
import { usdText } from './words/usd-text.ts'

/** A terminal shows so many decisions that changed. */
const CHANGES_SHOWN = 10

/** What differs from another run: alerts, calls, dollars, and the first decisions that changed with both reasons. */
export function renderDifference(
  difference: BacktestDifference,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const { columns, paint } = terminal
  const { against, alerts, calls, cost_usd, decisions } = difference
  const shown = decisions.slice(0, CHANGES_SHOWN)
  const omitted = decisions.length - shown.length + difference.decisions_omitted
  const { kept, gone, new: raised } = alerts
  const causes = causesText(difference)
  return [
    ...wrapText(`Compared with ${against.map(visibleText).join(', ')}`, columns).map(line =>
      paint('bold', line),
    ),
    ...labelLines(
      'alerts',
      `${countText(kept)} kept, ${countText(gone)} gone, ${countText(raised)} new`,
      columns,
    ),
    ...labelLines('model calls', changeText(calls, countText), columns),
    ...labelLines('cost', changeText(cost_usd, usdText), columns),
    ...labelLines('decisions', differenceText(difference), columns),
    ...(causes === null ? [] : labelLines('causes', visibleText(causes), columns)),
    ...shown.flatMap(change => ['', ...renderChange(change, terminal)]),
    ...(omitted === 0
      ? []
      : [
          '',
          ...dimLines(
            `${countText(omitted)} more: --html FILE and --json have the first ${decisions.length}`,
            terminal,
          ),
        ]),
  ]
}
