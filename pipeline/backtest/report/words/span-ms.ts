import type { BacktestReport } from '../../../../schemas/backtest/backtest-report.ts'

/** From the first record to the last, in milliseconds; 0 where there are none, or one. */
export function spanMs({ from, to }: BacktestReport['recording']): number {
  return from === null || to === null ? 0 : Date.parse(to) - Date.parse(from)
}
