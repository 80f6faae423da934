import type { BacktestReport, RuleReport, Spread } from '../../../../../schemas/backtest/backtest-report.ts'
import { countText } from '../../words/count-text.ts'
import { durationText } from '../../words/duration-text.ts'
import { type DataCell, type DataColumn, dataTable } from '../charts/data-table.ts'
import { rangePlot, type RangeScale } from '../charts/range-plot.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'

const columns: readonly DataColumn[] = [
  { title: 'Rule', kind: 'text' },
  { title: 'In the window', kind: 'plot', hint: 'From the first event to the closing of the window' },
  { title: 'In the queue', kind: 'plot', hint: 'For a place at the model' },
  { title: 'At the model', kind: 'plot', hint: 'Until it had answered' },
]

const queueColumns: readonly DataColumn[] = [
  { title: 'Model', kind: 'text' },
  { title: 'Calls', kind: 'number' },
  { title: 'Waited', kind: 'plot' },
  { title: 'Longest', kind: 'number' },
  { title: 'Late decisions', kind: 'number' },
]

const note =
  'Half were no longer than the dot and the first number, 9 of 10 than the tick, 99 of 100 than the thick line and the second number. One logarithmic scale.'

/** How long windows, queues and calls took, rule by rule, and with limits what they made calls wait. */
export function waitsSection({ rules, queues }: BacktestReport): Markup | null {
  const asking = rules.filter(({ waited_ms }) => waited_ms.window.count > 0)
  if (asking.length === 0) return null
  const scale = scaleOf([
    ...asking.flatMap(({ waited_ms: { window, queue, call } }) => [window, queue, call]),
    ...Object.values(queues).map(({ waited_ms }) => waited_ms),
  ])
  const rows = asking.map(rule => cells(rule, scale))
  return pageSection({ id: 'waits', title: 'Waiting', note }, [
    dataTable({ caption: 'Waiting by rule', columns, rows }),
    queueTable(queues, scale),
  ])
}

/** From the shortest half to the longest of all. */
function scaleOf(spreads: readonly Spread[]): RangeScale {
  const counted = spreads.filter(({ count }) => count > 0)
  return {
    minMs: Math.min(...counted.map(({ p50 }) => p50)),
    maxMs: Math.max(...counted.map(({ max }) => max)),
  }
}

function cells({ name, waited_ms }: RuleReport, scale: RangeScale): readonly DataCell[] {
  const { window, queue, call } = waited_ms
  return [name, ...[window, queue, call].map(spread => spreadCell(spread, scale))]
}

function spreadCell(spread: Spread, scale: RangeScale): DataCell {
  if (spread.count === 0) return { shown: markup`<span class="none">-</span>` }
  const text = `${durationText(spread.p50)}, ${durationText(spread.p99)}`
  const all = `half ${durationText(spread.p50)}, 9 of 10 ${durationText(spread.p90)}, 99 of 100 ${durationText(spread.p99)}, longest ${durationText(spread.max)}`
  return {
    shown: markup`<div class="spread" title="${all}">${rangePlot(spread, scale)}<span class="share">${text}</span></div>`,
  }
}

function queueTable(queues: BacktestReport['queues'], scale: RangeScale): Markup | null {
  const models = Object.entries(queues)
  if (models.length === 0) return null
  const rows = models.map(([model, { waited_ms, late, late_after_seconds }]): readonly DataCell[] => [
    model,
    countText(waited_ms.count),
    spreadCell(waited_ms, scale),
    durationText(waited_ms.max),
    { shown: markup`<b>${countText(late)}</b> <small>after ${late_after_seconds} s</small>` },
  ])
  return markup`<h3>For the limits of the models</h3>${dataTable({ caption: 'Waiting by model', columns: queueColumns, rows, size: 'narrow' })}`
}
