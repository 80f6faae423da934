import type { BacktestSweep } from '../../../schemas/backtest/backtest-sweep.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { visibleText } from '../../terminal/visible-text.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { countText } from './words/count-text.ts'
import { durationText } from './words/duration-text.ts'
import { usdText } from './words/usd-text.ts'

const results: readonly TableColumn[] = [
  { title: 'CALLS', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'DELAY', align: 'right', leavesAs: 2 },
  { title: '99 OF 100', align: 'right', leavesAs: 1 },
  { title: 'ALERTS', align: 'right' },
  { title: 'KEPT', align: 'right' },
  { title: 'LOST', align: 'right' },
  { title: 'NEW', align: 'right' },
]

/** The runs of a sweep, one a line; alerts are kept, lost or new against the first. */
export function renderSweep(
  { parameters, runs }: BacktestSweep,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const columns = [
    ...parameters.map((name): TableColumn => ({
      title: visibleText(name).toUpperCase(),
      align: 'right',
      shrinksTo: 8,
    })),
    ...results,
  ]
  const rows = runs.map(({ values, calls, cost_usd, delay_ms, alerts, kept, lost, new: raised }, index) => [
    ...parameters.map(name => String(values[name] ?? '-')),
    countText(calls),
    usdText(cost_usd),
    durationText(delay_ms.p50),
    durationText(delay_ms.p99),
    countText(alerts),
    ...[kept, lost, raised].map(count => (index === 0 ? '-' : countText(count))),
  ])
  return [terminal.paint('bold', 'Sweep, against the first line'), ...alignedTable(columns, rows, terminal)]
}
