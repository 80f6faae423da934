import type { BacktestDifference } from '../../../schemas/backtest/backtest-difference.ts'
import type { BacktestReport } from '../../../schemas/backtest/backtest-report.ts'
import type { BacktestSweep } from '../../../schemas/backtest/backtest-sweep.ts'

/** All that a backtest has found. */
export interface BacktestFindings {
  readonly report: BacktestReport
  readonly difference?: BacktestDifference | undefined
  readonly sweep?: BacktestSweep | undefined
}
