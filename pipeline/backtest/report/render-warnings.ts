import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import { wrapText } from '../../demo/wrap-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { reportWarnings } from './report-warnings.ts'

const MARK = '! '
const INDENT = '  '

/** What to know about the numbers, with what can be done about it. */
export function renderWarnings(
  report: BacktestReport,
  { columns, paint }: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const width = columns - MARK.length
  return reportWarnings(report).flatMap(({ text, advice }) => [
    ...wrapText(visibleText(text), width).map((line, index) =>
      paint('yellow', `${index === 0 ? MARK : INDENT}${line}`),
    ),
    ...(advice === null ? [] : wrapText(advice, width).map(line => `${INDENT}${line}`)),
  ])
}
