import { z } from 'zod'
import { quotaLimitNames } from './quota-limits.ts'

/**
 * How a limit was learned. `told`: the provider's headers name it. `window`: calls were refused until what was sent before had left
 * its window, and so much was in it then. `refused`: calls were refused at a higher pace. `probed`: more was tried, and not refused.
 */
export const limitReasons = ['told', 'window', 'refused', 'probed'] as const

export type LimitReason = (typeof limitReasons)[number]

/** What one model's real limits turned out to be: the value of a record, whose key is the model's name in the configuration. */
export const modelLimitsSchema = z.object({
  /** When it was still so. */
  at: z.iso.datetime(),
  limits: z.partialRecord(
    z.enum(quotaLimitNames),
    z.object({
      /** Then. */
      configured: z.number().positive().nullable(),
      learned: z.number().positive(),
      since: z.iso.datetime(),
      why: z.enum(limitReasons),
    }),
  ),
})

export type ModelLimits = z.infer<typeof modelLimitsSchema>
