import type { BacktestSweep } from '../../../schemas/backtest/backtest-sweep.ts'

/** Three sizes of batches by three waits, as they might come out. */
export function sampleSweep(): BacktestSweep {
  const runs = [5, 10, 20].flatMap(batch_size =>
    [10, 30, 60].map(max_wait_seconds => {
      const calls = Math.round(26_000 / (batch_size / 5) ** 0.6 / (max_wait_seconds / 10) ** 0.3)
      const p50 = Math.min(max_wait_seconds * 1000, batch_size * 2300)
      const lost = Math.round((batch_size - 5) * 2.2 + (max_wait_seconds - 10) * 0.4)
      const isFirst = batch_size === 5 && max_wait_seconds === 10
      return {
        values: { batch_size, max_wait_seconds },
        calls,
        cost_usd: calls * 0.0000861,
        delay_ms: {
          count: calls,
          mean: p50,
          p50,
          p90: p50 * 1.4,
          p99: max_wait_seconds * 1000,
          max: max_wait_seconds * 1000 + 900,
        },
        alerts: 893 - lost + (isFirst ? 0 : 4),
        kept: isFirst ? 893 : 893 - lost,
        lost: isFirst ? 0 : lost,
        new: isFirst ? 0 : 4,
      }
    }),
  )
  return { parameters: ['batch_size', 'max_wait_seconds'], runs }
}
