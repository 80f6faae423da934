import type { BacktestDifference } from '../../../../schemas/backtest/backtest-difference.ts'
import { countText } from './count-text.ts'
import { kindText } from './kind-text.ts'

const kinds = ['verdict', 'window', 'only_before', 'only_after'] as const

/** How many decisions were compared, and what became of them. */
export function differenceText({ compared, same, changed }: BacktestDifference): string {
  const parts = kinds.flatMap(kind => {
    const count = changed[kind] ?? 0
    return count === 0 ? [] : [`${countText(count)} ${kindText(kind)}`]
  })
  return [`${countText(compared)} compared`, `${countText(same)} the same`, ...parts].join(', ')
}
