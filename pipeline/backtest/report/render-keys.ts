import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { countText } from './words/count-text.ts'

const KEYS_SHOWN = 8

const columns: readonly TableColumn[] = [
  { title: 'RULE', align: 'left', shrinksTo: 12 },
  { title: 'KEY', align: 'left', shrinksTo: 8 },
  { title: 'EVENTS', align: 'right' },
  { title: 'WINDOWS', align: 'right' },
  { title: 'CALLS', align: 'right' },
  { title: 'ALERTS', align: 'right' },
]

/** The keys, of all rules, that brought the most alerts; where they brought as many, those with the most events. */
export function renderKeys(
  { rules }: BacktestReport,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const keys = rules
    .flatMap(({ rule_id, noisiest_keys }) => noisiest_keys.map(key => ({ rule_id, ...key })))
    .toSorted((one, other) => other.alerts - one.alerts || other.events - one.events)
    .slice(0, KEYS_SHOWN)
  if (keys.length === 0) return []
  const rows = keys.map(({ rule_id, key, events, windows, calls, alerts }) => [
    rule_id,
    key,
    ...[events, windows, calls, alerts].map(countText),
  ])
  return [terminal.paint('bold', 'Noisiest keys'), ...alignedTable(columns, rows, terminal)]
}
