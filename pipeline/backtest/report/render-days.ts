import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { dimLines } from './dim-lines.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { countText } from './words/count-text.ts'
import { usdText } from './words/usd-text.ts'

/** A terminal shows so many days, the last ones. */
const DAYS_SHOWN = 14

const columns: readonly TableColumn[] = [
  { title: 'DAY', align: 'left' },
  { title: 'EVENTS', align: 'right' },
  { title: 'WINDOWS', align: 'right' },
  { title: 'CALLS', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'ALERTS', align: 'right' },
]

/** Day by day, where there is more than one. */
export function renderDays(
  { days }: BacktestReport,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  if (days.length < 2) return []
  const shown = days.slice(-DAYS_SHOWN)
  const omitted = days.length - shown.length
  const rows = shown.map(({ day, events, windows, calls, cost_usd, alerts }) => [
    day,
    countText(events),
    countText(windows),
    countText(calls),
    usdText(cost_usd),
    countText(alerts),
  ])
  return [
    terminal.paint('bold', 'By day, UTC'),
    ...alignedTable(columns, rows, terminal),
    ...(omitted === 0 ? [] : dimLines(`${omitted} days before: --html FILE shows all`, terminal)),
  ]
}
