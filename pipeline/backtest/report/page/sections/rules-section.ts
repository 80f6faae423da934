import type { BacktestReport, RuleReport } from '../../../../../schemas/backtest/backtest-report.ts'
import { unanswered } from '../../unanswered.ts'
import { countText } from '../../words/count-text.ts'
import { evaluated } from '../../words/evaluated.ts'
import { perDay } from '../../words/per-day.ts'
import { ruleKind } from '../../words/rule-kind.ts'
import { shareText } from '../../words/share-text.ts'
import { tokenText } from '../../words/token-text.ts'
import { usdText } from '../../words/usd-text.ts'
import { shareBar } from '../charts/share-bar.ts'
import { type DataCell, type DataColumn, dataTable } from '../charts/data-table.ts'
import { markup, type Markup } from '../markup.ts'
import { knownOutcomes } from '../../known-outcomes.ts'
import { outcomeLegend } from './outcome-legend.ts'
import { pageSection } from './page-section.ts'

const columns: readonly DataColumn[] = [
  { title: 'Rule', kind: 'text' },
  { title: 'Type', kind: 'text' },
  { title: 'Alerts', kind: 'number' },
  { title: 'Events', kind: 'number', hint: 'Events of its types' },
  { title: 'Filtered out', kind: 'plot', hint: 'Events that did not pass its expression' },
  { title: 'Windows', kind: 'number' },
  { title: 'Outcomes', kind: 'plot' },
  { title: 'Calls', kind: 'number' },
  { title: 'Tokens', kind: 'number', hint: 'In and out together' },
  { title: 'Cost', kind: 'number' },
  { title: 'A day', kind: 'number', hint: 'The cost of a day like this' },
  { title: 'Keys', kind: 'number' },
]

/** Each rule in a line: what it saw, what it dropped, what was decided, and what that cost. */
export function rulesSection({ rules, recording }: BacktestReport): Markup {
  const rows = rules.map(rule => cells(rule, recording))
  const table = dataTable({ caption: 'Rules', columns, rows, sortable: true })
  return pageSection({ id: 'rules', title: 'Rules' }, [table, outcomeLegend(rules)])
}

function cells(rule: RuleReport, recording: BacktestReport['recording']): readonly DataCell[] {
  const { events } = evaluated(rule)
  return [
    { shown: nameOf(rule) },
    ruleKind(rule),
    alertsCell(rule),
    number(events),
    filterCell(rule),
    number(rule.windows),
    { shown: outcomes(rule), value: rule.windows === 0 ? -1 : rule.alerts / rule.windows },
    ...(rule.trigger_mode === null ? [none, none, none, none] : spendingCells(rule, recording)),
    { shown: `${countText(rule.keys)}${rule.has_more_keys ? '+' : ''}`, value: rule.keys },
  ]
}

function nameOf({ name, rule_id }: RuleReport): Markup {
  return markup`<b>${name}</b>${name === rule_id ? null : markup`<small>${rule_id}</small>`}`
}

function filterCell(rule: RuleReport): DataCell {
  const { events, filtered } = evaluated(rule)
  if (rule.rule_type === 'llm' && filtered === 0)
    return { shown: markup`<span class="none">no filter</span>`, value: 0 }
  const bar = shareBar([{ name: 'filtered', amount: filtered }], events)
  const text = markup`<span class="share">${shareText(filtered, events)}</span>`
  return { shown: [bar, text], value: events === 0 ? -1 : filtered / events }
}

function spendingCells(rule: RuleReport, recording: BacktestReport['recording']): readonly DataCell[] {
  const { calls, tokens, cost_usd } = rule
  const day = perDay(cost_usd, recording)
  return [
    number(calls),
    { shown: tokenText(tokens.input + tokens.output), value: tokens.input + tokens.output },
    { shown: usdText(cost_usd), value: cost_usd },
    day === null ? none : { shown: usdText(day), value: day },
  ]
}

const none: DataCell = { shown: markup`<span class="none">-</span>`, value: -1 }

function number(count: number): DataCell {
  return { shown: countText(count), value: count }
}

function alertsCell(rule: RuleReport): DataCell {
  const open = unanswered(rule)
  if (open === 0) return { shown: markup`<b>${countText(rule.alerts)}</b>`, value: rule.alerts }
  const known = open === rule.windows ? '' : `${countText(rule.alerts)} + `
  return {
    shown: markup`<b title="${countText(open)} windows are not known">${known}?</b>`,
    value: rule.alerts,
  }
}

function outcomes(rule: RuleReport): Markup {
  const parts = Object.entries(knownOutcomes(rule)).map(([name, amount]) => ({ name, amount }))
  return shareBar([...parts, { name: 'unknown', amount: unanswered(rule) }], rule.windows)
}
