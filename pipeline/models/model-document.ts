import { z } from 'zod'
import { modelSettingsSchema, remoteModelSchema } from '../../schemas/model-config.ts'
import { limitReasons } from '../../schemas/model-limits.ts'
import { quotaLimitNames } from '../../schemas/quota-limits.ts'
import { callPriorities } from '../../schemas/rule.ts'

const count = z.int().min(0)
const limitNames = z.enum(quotaLimitNames)

const termsSchema = remoteModelSchema
  .pick({
    limits: true,
    max_retries: true,
    base_retry_delay_seconds: true,
    max_retry_delay_seconds: true,
    fallback_after_seconds: true,
  })
  .extend({ price: remoteModelSchema.shape.price.unwrap().nullable() })

/** What may be changed of a model, with a value for each. */
export type ModelTerms = z.infer<typeof termsSchema>

const learnedSchema = z.object({
  limit: z.number().positive(),
  why: z.enum(limitReasons).describe('How it was learned.'),
  since: z.iso.datetime(),
})

const latencySchema = z.object({ mean_ms: count.nullable(), p95_ms: count.nullable() })

const statisticsSchema = z.object({
  since: z.iso.datetime(),
  calls: count.describe('Requests that have ended.'),
  results: z.object({ ok: count, invalid: count, failed: count, abandoned: count }),
  hits: count.describe('Questions that were answered from the cache.'),
  shared: count.describe('Questions that were answered by the call of another one.'),
  waits: z.object({ count, ms: z.number().min(0) }).describe('Calls that did not start at once.'),
  refusals: count.describe('Calls that the provider refused for a quota.'),
  retries: count,
  fallbacks: count.describe('Questions that went on to another model.'),
  failures: z.record(z.string(), count),
  tokens: z.object({ input: count, output: count }),
  cost_usd: z.number().min(0),
  latency: z
    .object({ window: latencySchema, queue: latencySchema, call: latencySchema })
    .describe('Of decisions that took a call: time in the window, waiting for a turn, and in calls.'),
})

/** A model as the API shows it. */
export const modelDocumentSchema = z
  .object({
    name: z.string(),
    provider: z.string(),
    model_id: z.string(),
    configured: termsSchema.describe('As in the configuration file.'),
    settings: modelSettingsSchema.describe('What was changed while it ran.'),
    in_force: termsSchema.describe('What calls are held to.'),
    learned: z
      .partialRecord(limitNames, learnedSchema)
      .describe('Limits that turned out to be lower, with the evidence.'),
    used: z
      .record(limitNames, z.number().min(0))
      .describe('What is charged now in the window of each limit.'),
    in_flight: count,
    queued: z.record(z.enum(callPriorities), count).describe('Calls that wait for their turn.'),
    closed_seconds: count.describe('For how long no call starts, because the provider asked for it.'),
    breaker: z.object({
      open: z.boolean(),
      reason: z.string().nullable(),
      until: z.iso.datetime().nullable(),
    }),
    fallback: z.array(z.string()).describe('Models that are asked in its place, in this order.'),
    statistics: statisticsSchema,
  })
  .meta({ id: 'Model', description: 'A model as this process has it now.' })

export type ModelDocument = z.infer<typeof modelDocumentSchema>
