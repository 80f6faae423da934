import { z } from 'zod'
import { spreadSchema } from './backtest-report.ts'

const count = z.int().min(0)

const sweepRunSchema = z.object({
  /** Of each parameter, in their order. */
  values: z.array(z.union([z.number(), z.string(), z.boolean()])),
  calls: count,
  cost_usd: z.number(),
  windows: count,
  /** From the arrival of a window's first event to its decision. */
  delay_ms: spreadSchema,
  alerts: count,
  /** Alerts beside those of the first run, told by rule, key and an event that they share; the first keeps all of its own. */
  kept: count,
  lost: count,
  new: count,
})

/** Runs of one recording, each with other values in the rules: `backtest --sweep`. */
export const backtestSweepSchema = z.object({
  /** Such as `batch_size`, or `buying-spree.batch_size` where one rule is meant. */
  parameters: z.array(z.string()),
  /** The first is what the others are compared with. */
  runs: z.array(sweepRunSchema),
})

export type BacktestSweep = z.infer<typeof backtestSweepSchema>
export type SweepRun = z.infer<typeof sweepRunSchema>
