import type { BacktestReport, RuleReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { countText } from '../../words/count-text.ts'
import { shareBar } from '../charts/share-bar.ts'
import { type DataColumn, dataTable } from '../charts/data-table.ts'
import { keyLabel } from '../key-label.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'

/** Rules whose keys are shown at once; the others are behind a line. */
const OPEN_RULES = 6

const columns: readonly DataColumn[] = [
  { title: 'Key', kind: 'text' },
  { title: 'Events', kind: 'number' },
  { title: 'Windows', kind: 'number' },
  { title: 'Calls', kind: 'number' },
  { title: 'Alerts', kind: 'number' },
]

/** The keys with the most events, rule by rule; the rules with the most alerts first. */
export function keysSection({ rules }: BacktestReport): Markup | null {
  const busy = rules
    .filter(({ noisiest_keys }) => noisiest_keys.length > 0)
    .toSorted((one, other) => other.alerts - one.alerts || other.windows - one.windows)
  if (busy.length === 0) return null
  const cards = busy.map(card)
  const rest = cards.slice(OPEN_RULES)
  const note = busy.some(({ has_more_keys }) => has_more_keys)
    ? 'Of rules with a great many keys, events are upper bounds, and the rest is counted from when a key became one of the noisiest.'
    : undefined
  return pageSection({ id: 'keys', title: 'Noisiest keys', ...(note !== undefined && { note }) }, [
    markup`<div class="cards">${cards.slice(0, OPEN_RULES)}</div>`,
    rest.length === 0
      ? null
      : markup`<details><summary>${rest.length} more rules</summary><div class="cards">${rest}</div></details>`,
  ])
}

function card({ name, keys, has_more_keys, noisiest_keys }: RuleReport): Markup {
  const most = Math.max(...noisiest_keys.map(({ events }) => events))
  const rows = noisiest_keys.map(({ key, events, windows, calls, alerts }) => [
    {
      shown: markup`${keyLabel(key)}${shareBar([{ name: 'matches', amount: events }], most)}`,
    },
    ...[events, windows, calls].map(countText),
    { shown: alerts === 0 ? '0' : markup`<b class="raised">${countText(alerts)}</b>` },
  ])
  const count = `${countText(keys)}${has_more_keys ? '+' : ''} key${keys === 1 ? '' : 's'}`
  return markup`<div class="card"><h3>${name} <span>${count}</span></h3>${dataTable({ caption: `Keys of ${name}`, columns, rows })}</div>`
}
