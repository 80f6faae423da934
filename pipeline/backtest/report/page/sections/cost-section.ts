import type { BacktestReport, RuleReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { countText } from '../../words/count-text.ts'
import { shareText } from '../../words/share-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { type DataColumn, dataTable } from '../charts/data-table.ts'
import { shareBar } from '../charts/share-bar.ts'
import { type CostPart, stackedDays } from '../charts/stacked-days.ts'
import { markup, type Markup } from '../markup.ts'
import { pageSection } from './page-section.ts'

/** Rules that have a colour of their own; the others share one. */
const COLOURED_RULES = 7

interface CostShare extends CostPart {
  readonly title: string
  readonly costUsd: number
}

/** What the model costs, rule by rule and day by day; nothing where nothing was asked. */
export function costSection({ rules, days, total }: BacktestReport): Markup | null {
  if (total.cost_usd === 0) return null
  const shares = costShares(rules)
  const bars = shares.map(
    ({ name, title, costUsd }) =>
      markup`<li><span class="what">${title}</span>${shareBar(
        [{ name, amount: costUsd }],
        total.cost_usd,
      )}<span class="number">${usdText(costUsd)}</span><span class="number">${shareText(costUsd, total.cost_usd)}</span></li>`,
  )
  const byRule = markup`<div class="card"><h3>By rule</h3><ul class="shares">${bars}</ul></div>`
  const byDay = days.length < 2 ? null : dayCard(days, shares)
  return pageSection({ id: 'cost', title: 'Cost' }, [
    markup`<div class="cards wide">${byRule}${byDay}</div>`,
    dayTable(days, shares),
  ])
}

function costShares(rules: readonly RuleReport[]): readonly CostShare[] {
  const paid = rules
    .filter(({ cost_usd }) => cost_usd > 0)
    .toSorted((one, other) => other.cost_usd - one.cost_usd)
  const coloured = paid.slice(0, COLOURED_RULES)
  const others = paid.slice(COLOURED_RULES)
  const costOf = (among: readonly RuleReport[]) => (day: BacktestReport['days'][number]) =>
    among.reduce((sum, { rule_id }) => sum + (day.cost_usd_by_rule[rule_id] ?? 0), 0)
  const sum = others.reduce((costUsd, rule) => costUsd + rule.cost_usd, 0)
  return [
    ...coloured.map((rule, index) => {
      return { name: `colour-${index}`, title: rule.name, costUsd: rule.cost_usd, costOf: costOf([rule]) }
    }),
    ...(others.length === 0
      ? []
      : [
          {
            name: 'colour-other',
            title: `${others.length} other rules`,
            costUsd: sum,
            costOf: costOf(others),
          },
        ]),
  ]
}

function dayCard(days: BacktestReport['days'], shares: readonly CostShare[]): Markup {
  const most = Math.max(...days.map(({ cost_usd }) => cost_usd))
  return markup`<div class="card"><h3>By day, UTC <span>at most ${usdText(most)}</span></h3>${stackedDays(days, shares)}
    <p class="ends"><span>${days[0]?.day ?? ''}</span><span>${days.at(-1)?.day ?? ''}</span></p></div>`
}

function dayTable(days: BacktestReport['days'], shares: readonly CostShare[]): Markup {
  const columns: readonly DataColumn[] = [
    { title: 'Day, UTC', kind: 'text' },
    ...['Events', 'Windows', 'Alerts', 'Calls', 'Cost'].map(title => ({ title, kind: 'number' as const })),
    ...shares.map(({ title }) => ({ title, kind: 'number' as const })),
  ]
  const rows = days.map(day => [
    day.day,
    ...[day.events, day.windows, day.alerts, day.calls].map(countText),
    usdText(day.cost_usd),
    ...shares.map(({ costOf }) => usdText(costOf(day))),
  ])
  return markup`<details><summary>Day by day in numbers</summary>${dataTable({ caption: 'Days', columns, rows, size: 'narrow' })}</details>`
}
