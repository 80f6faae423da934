import type { BacktestSweep } from '../../../../../schemas/backtest/backtest-sweep.ts'
import { countText } from '../../words/count-text.ts'
import { durationText } from '../../words/duration-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { type DataCell, type DataColumn, dataTable } from '../charts/data-table.ts'
import { shareBar } from '../charts/share-bar.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'

const results: readonly DataColumn[] = [
  { title: 'Calls', kind: 'number' },
  { title: 'Cost', kind: 'plot' },
  { title: 'Delay, half', kind: 'number', hint: 'From the first event of a window to its decision' },
  { title: '99 of 100', kind: 'number' },
  { title: 'Alerts', kind: 'number' },
  { title: 'Kept', kind: 'number' },
  { title: 'Lost', kind: 'number' },
  { title: 'New', kind: 'number' },
]

/** The runs of a sweep, to weigh cost against delay and alerts. */
export function sweepSection({ parameters, runs }: BacktestSweep): Markup {
  const columns = [...parameters.map((title): DataColumn => ({ title, kind: 'number' })), ...results]
  const most = Math.max(0, ...runs.map(({ cost_usd }) => cost_usd))
  const rows = runs.map((run, index) => [
    ...parameters.map((name): DataCell => `${run.values[name] ?? '-'}`),
    ...cells(run, index, most),
  ])
  const note = 'Alerts are kept, lost or new against the first line.'
  return pageSection(
    { id: 'sweep', title: 'Sweep', note },
    dataTable({ caption: 'Sweep', columns, rows, sortable: true, size: 'narrow' }),
  )
}

function cells(run: BacktestSweep['runs'][number], index: number, mostUsd: number): readonly DataCell[] {
  const { calls, cost_usd, delay_ms, alerts } = run
  const bar = shareBar([{ name: 'cost', amount: cost_usd }], mostUsd)
  const against = [run.kept, run.lost, run.new].map((value): DataCell =>
    index === 0
      ? { shown: markup`<span class="none">-</span>`, value: -1 }
      : { shown: countText(value), value },
  )
  return [
    { shown: countText(calls), value: calls },
    { shown: markup`${bar}<span class="share">${usdText(cost_usd)}</span>`, value: cost_usd },
    { shown: durationText(delay_ms.p50), value: delay_ms.p50 },
    { shown: durationText(delay_ms.p99), value: delay_ms.p99 },
    { shown: markup`<b>${countText(alerts)}</b>`, value: alerts },
    ...against,
  ]
}
