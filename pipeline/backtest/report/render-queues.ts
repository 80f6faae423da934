import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { countText } from './words/count-text.ts'
import { durationText } from './words/duration-text.ts'

const columns: readonly TableColumn[] = [
  { title: 'MODEL', align: 'left', shrinksTo: 8 },
  { title: 'CALLS', align: 'right' },
  { title: 'HALF', align: 'right' },
  { title: '9 OF 10', align: 'right' },
  { title: '99 OF 100', align: 'right' },
  { title: 'LONGEST', align: 'right' },
  { title: 'LATE', align: 'right' },
]

/** What calls waited for the limits of their model, at most, by how many of them; and decisions that were late. */
export function renderQueues(
  { queues }: BacktestReport,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const rows = Object.entries(queues).map(([model, { waited_ms, late }]) => {
    const { count, p50, p90, p99, max } = waited_ms
    return [model, countText(count), ...[p50, p90, p99, max].map(durationText), countText(late)]
  })
  if (rows.length === 0) return []
  return [terminal.paint('bold', 'Waiting for the limits'), ...alignedTable(columns, rows, terminal)]
}
