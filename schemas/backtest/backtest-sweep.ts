import { z } from 'zod'
import { spreadSchema } from './backtest-report.ts'

const count = z.int().min(0)

const sweptRunSchema = z.object({
  /** By parameter. */
  values: z.record(z.string(), z.union([z.number(), z.string(), z.boolean()])),
  calls: count,
  cost_usd: z.number(),
  /** From the arrival of a window's first event to its decision. */
  delay_ms: spreadSchema,
  alerts: count,
  /** Alerts of the first run that share an event with one of this run, those that share none, and those of this run that share none. */
  kept: count,
  lost: count,
  new: count,
})

/** The same stream and rules, with other values in the rules: what each costs and brings. */
export const backtestSweepSchema = z.object({
  /** Such as `batch_size`, or `buying-spree.batch_size` of one rule, in the order in which they were given. */
  parameters: z.array(z.string()),
  /** The first is what the others are compared with. */
  runs: z.array(sweptRunSchema),
})

export type BacktestSweep = z.infer<typeof backtestSweepSchema>
export type SweptRun = z.infer<typeof sweptRunSchema>
