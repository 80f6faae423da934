import { z } from 'zod'

const count = z.int().min(0)

/** What hours of the day came to; min and max of hours that were recorded whole, null without one. */
const spreadSchema = z.object({
  min: z.number().nullable(),
  mean: z.number(),
  max: z.number().nullable(),
})

const spendingSchema = z.object({
  /** On what was recorded. */
  recorded: z.object({ windows: count, calls: count, cost_usd: z.number() }),
  /** Extrapolated: the sum over the hours of the day where each was recorded, else in proportion to the time. */
  per_day: z.object({ calls: z.number(), cost_usd: z.number() }),
  /** The hours of the day (UTC) of which some was recorded. */
  hours: z.array(z.object({ hour: z.int().min(0).max(23), calls: spreadSchema, cost_usd: spreadSchema })),
})

/** What rules would take of their models, by what they would have taken of a recording: `rules estimate --json`. */
export const rulesEstimateSchema = z.object({
  recording: z.object({
    files: z.array(z.string()),
    from: z.string().nullable(),
    to: z.string().nullable(),
    seconds: z.number(),
    records: count,
    /** Hours of the day of which some was recorded: with all 24, a day is their sum. */
    hours_of_day: count,
  }),
  /** Recorded answers by which tokens were estimated; 0: by the length of the prompts alone. */
  answers: count,
  total: spendingSchema,
  rules: z.array(spendingSchema.extend({ rule_id: z.string(), name: z.string(), rule_version: count })),
})

export type RulesEstimate = z.infer<typeof rulesEstimateSchema>
export type SpendingEstimate = z.infer<typeof spendingSchema>
