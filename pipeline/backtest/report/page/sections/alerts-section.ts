import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { cutText } from '../../../../terminal/cut-text.ts'
import { countText } from '../../words/count-text.ts'
import { timeText } from '../../words/time-text.ts'
import { type DataColumn, dataTable } from '../charts/data-table.ts'
import { keyLabel } from '../key-label.ts'
import { markup, type Markup } from '../markup.ts'
import { REASON_CHARACTERS_MAX } from '../reason-characters-max.ts'
import { pageSection } from './page-section.ts'

const columns: readonly DataColumn[] = [
  { title: 'Raised, UTC', kind: 'text' },
  { title: 'Rule', kind: 'text' },
  { title: 'Key', kind: 'text' },
  { title: 'Events', kind: 'number' },
  { title: 'Confidence', kind: 'number' },
  { title: 'Reason', kind: 'text' },
]

/** The alerts one by one, to be searched. */
export function alertsSection({ alerts, alerts_omitted, rules }: BacktestReport): Markup | null {
  if (alerts.length === 0) return null
  const names = new Map(rules.map(({ rule_id, name }) => [rule_id, name]))
  const rows = alerts.map(({ raised_at, rule_id, key, event_count, confidence, reason }) => [
    { shown: markup`<time datetime="${raised_at}">${timeText(raised_at)}</time>` },
    names.get(rule_id) ?? rule_id,
    { shown: keyLabel(key) },
    { shown: countText(event_count), value: event_count },
    confidence === null ? { shown: markup`<span class="none">-</span>`, value: -1 } : confidence.toFixed(2),
    { shown: markup`<span class="reason">${cutText(reason ?? '', REASON_CHARACTERS_MAX)}</span>` },
  ])
  const omitted =
    alerts_omitted === 0
      ? ''
      : ` The first ${countText(alerts.length)}; ${countText(alerts_omitted)} more are not listed.`
  return pageSection(
    { id: 'alerts', title: 'Alerts', note: `In the order in which they were raised.${omitted}` },
    [
      markup`<div class="search" hidden><label>Search <input type="search" placeholder="a rule, a key, a word of a reason"
      ></label><output aria-live="polite"></output></div>`,
      dataTable({ caption: 'Alerts', columns, rows, sortable: true, size: 'long' }),
    ],
  )
}
