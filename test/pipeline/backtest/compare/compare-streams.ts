import {
  DecisionComparison,
  type DecisionComparisonOptions,
} from '../../../../pipeline/backtest/compare/decision-comparison.ts'
import { EarlierDecisions } from '../../../../pipeline/backtest/compare/earlier-decisions.ts'
import type { BacktestDifference } from '../../../../schemas/backtest/backtest-difference.ts'
import type { Decision } from '../../../../schemas/decision.ts'

export interface CompareStreamsOptions extends Partial<Omit<DecisionComparisonOptions, 'earlier'>> {
  /** Called after each decision of the second stream. */
  readonly afterEach?: () => void
}

/** Compares two streams of decisions; places are those on `work`. */
export function compareStreams(
  before: readonly Decision[],
  after: readonly Decision[],
  { afterEach, ...options }: CompareStreamsOptions = {},
): BacktestDifference {
  const earlier = new EarlierDecisions({
    placeOf: ({ work_partition }, { work_offset }) => ({
      lane: `${work_partition}`,
      offset: Number(work_offset),
    }),
    ...(options.rules && { rules: options.rules }),
  })
  for (const decision of before) earlier.add(decision)
  const comparison = new DecisionComparison({
    earlier,
    against: ['old.yaml'],
    changes: new Map(),
    versions: new Map([['spree', 1]]),
    ...options,
  })
  for (const decision of after) {
    comparison.add(decision)
    afterEach?.()
  }
  return comparison.difference()
}
