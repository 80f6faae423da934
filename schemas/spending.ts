import { z } from 'zod'

/** What the calls of one process have cost on one day: a value of the kept table. */
export const spendingSchema = z.object({
  /** UTC. */
  day: z.iso.date(),
  /** US dollars by rule; under the empty name those of all other rules together. */
  rules: z.record(z.string(), z.number().nonnegative()),
})

export type Spending = z.infer<typeof spendingSchema>
