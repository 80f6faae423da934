import type { RulesEstimate, SpendingEstimate } from '../../../schemas/backtest/rules-estimate.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { alignedTable, type TableColumn } from '../report/aligned-table.ts'
import { countText } from '../report/words/count-text.ts'
import { durationText } from '../report/words/duration-text.ts'
import { usdText } from '../report/words/usd-text.ts'

const HOURS_OF_DAY = 24

const unpriced = 'no model has a price: name a configuration with models.NAME.price by --config'

const columns: readonly TableColumn[] = [
  { title: 'RULE', align: 'left', shrinksTo: 12 },
  ...['CALLS/DAY', 'COST/DAY', 'LEAST/HOUR', 'MEAN/HOUR', 'MOST/HOUR', 'RECORDED', 'COST'].map(
    (title): TableColumn => ({ title, align: 'right' }),
  ),
]

/** What rules would take a day, from the quietest to the busiest hour, and what they would have taken of the recording. */
export function renderEstimate(
  { recording, answers, rules, total }: RulesEstimate,
  terminal: Pick<Terminal, 'columns' | 'paint'>,
): readonly string[] {
  const { records, seconds, hours_of_day: hours } = recording
  const days =
    hours === HOURS_OF_DAY
      ? 'a day is the sum of its hours'
      : `it covers ${hours} of the ${HOURS_OF_DAY} hours of a day, and the others are taken to be like them`
  const tokens =
    answers === 0
      ? 'tokens are estimated by the length of the prompts: --answers FILE makes them better'
      : `tokens are estimated by ${countText(answers)} recorded answers`
  return [
    terminal.paint('dim', `${countText(records)} records of ${durationText(seconds * 1000)}: ${days}`),
    terminal.paint('dim', tokens),
    ...(total.recorded.calls > 0 && total.recorded.cost_usd === 0
      ? [terminal.paint('yellow', unpriced)]
      : []),
    '',
    ...alignedTable(
      columns,
      [
        ...rules.map(rule => [rule.rule_id, ...cellsOf(rule)]),
        ...(rules.length > 1 ? [['all', ...cellsOf(total)]] : []),
      ],
      terminal,
    ),
  ]
}

function cellsOf({ recorded, per_day: perDay, hours }: SpendingEstimate): readonly string[] {
  const least = hours.flatMap(({ calls }) => calls.min ?? [])
  const most = hours.flatMap(({ calls }) => calls.max ?? [])
  return [
    countText(Math.round(perDay.calls)),
    usdText(perDay.cost_usd),
    least.length === 0 ? '-' : countText(Math.min(...least)),
    countText(Math.round(perDay.calls / HOURS_OF_DAY)),
    most.length === 0 ? '-' : countText(Math.max(...most)),
    countText(recorded.calls),
    usdText(recorded.cost_usd),
  ]
}
