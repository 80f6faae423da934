import type { BacktestDifference, DifferenceCause } from '../../../../schemas/backtest/backtest-difference.ts'
import { countText } from './count-text.ts'

/** Why decisions differ, the most frequent cause first; null where none does. */
export function causesText({ causes }: Pick<BacktestDifference, 'causes'>): string | null {
  const counts = new Map<DifferenceCause, number>()
  for (const { cause, count } of causes) counts.set(cause, (counts.get(cause) ?? 0) + count)
  if (counts.size === 0) return null
  return [...counts]
    .toSorted(([, one], [, other]) => other - one)
    .map(([cause, count]) => `${cause.replaceAll('_', ' ')} ${countText(count)}`)
    .join(', ')
}
