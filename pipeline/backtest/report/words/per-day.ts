import type { BacktestReport } from '../../../../schemas/backtest/backtest-report.ts'
import { spanMs } from './span-ms.ts'

const DAY_MS = 86_400_000
/** From less than this a day cannot be told. */
const SPAN_MS_MIN = 60_000

/** What an amount of a recording comes to in a day like it; null where the recording is too short to say. */
export function perDay(amount: number, recording: BacktestReport['recording']): number | null {
  const ms = spanMs(recording)
  return ms < SPAN_MS_MIN ? null : (amount * DAY_MS) / ms
}
