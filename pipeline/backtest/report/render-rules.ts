import type { BacktestReport, RuleReport } from '../../../schemas/backtest/backtest-report.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { dimLines } from './dim-lines.ts'
import { alignedTable, type TableColumn } from './aligned-table.ts'
import { unanswered } from './unanswered.ts'
import { countText } from './words/count-text.ts'
import { evaluated } from './words/evaluated.ts'
import { perDay } from './words/per-day.ts'
import { ruleKind } from './words/rule-kind.ts'
import { shareText } from './words/share-text.ts'
import { usdText } from './words/usd-text.ts'

/** A terminal shows so many rules; the others have the least to say. */
const RULES_SHOWN = 30

const columns: readonly TableColumn[] = [
  { title: 'RULE', align: 'left', shrinksTo: 12 },
  { title: 'TYPE', align: 'left', leavesAs: 1 },
  { title: 'ALERTS', align: 'right' },
  { title: 'EVENTS', align: 'right' },
  { title: 'FILTERED', align: 'right' },
  { title: 'WINDOWS', align: 'right', leavesAs: 2 },
  { title: 'CALLS', align: 'right' },
  { title: 'COST', align: 'right' },
  { title: 'A DAY', align: 'right', leavesAs: 3 },
]

/** The rules, those with the most alerts first. */
export function renderRules(
  { rules, recording }: BacktestReport,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  if (rules.length === 0) return []
  const shown = rules.toSorted(byWeight).slice(0, RULES_SHOWN)
  const rows = shown.map(rule => cells(rule, recording))
  const omitted = rules.length - shown.length
  return [
    terminal.paint('bold', 'Alerts by rule'),
    ...alignedTable(columns, rows, terminal),
    ...(omitted === 0 ? [] : dimLines(`${omitted} more rules: --html FILE shows all`, terminal)),
  ]
}

function byWeight(one: RuleReport, other: RuleReport): number {
  return other.alerts - one.alerts || other.windows - one.windows
}

function cells(rule: RuleReport, recording: BacktestReport['recording']): readonly string[] {
  const { events, filtered } = evaluated(rule)
  const day = perDay(rule.cost_usd, recording)
  const asks = rule.trigger_mode !== null
  return [
    rule.rule_id,
    ruleKind(rule),
    alertText(rule),
    countText(events),
    shareText(filtered, events),
    countText(rule.windows),
    asks ? countText(rule.calls) : '-',
    asks ? usdText(rule.cost_usd) : '-',
    asks && day !== null ? usdText(day) : '-',
  ]
}

/** A rule whose model was not asked has an unknown number of alerts, and not none. */
function alertText(rule: RuleReport): string {
  const { alerts, windows } = rule
  const open = unanswered(rule)
  if (open === 0) return countText(alerts)
  return open === windows ? '?' : `${countText(alerts)} + ?`
}
