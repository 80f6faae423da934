import { z } from 'zod'
import { secretSchema } from './secret.ts'

const count = z.int().min(1)
const retryDelay = z.number().positive().max(3600)

/** What a limit may be, where there is one. */
const limitValues = {
  requests_per_minute: count,
  tokens_per_minute: count,
  input_tokens_per_minute: count,
  output_tokens_per_minute: count,
  requests_per_day: count,
  tokens_per_day: count,
  concurrency: count.max(10_000),
}

/** What else may be changed while it runs. */
const callValues = {
  max_retries: z.int().min(0).max(20),
  base_retry_delay_seconds: retryDelay,
  max_retry_delay_seconds: retryDelay,
  /** A call that has waited so long for this model goes to the next one, if there is one. */
  fallback_after_seconds: z.number().positive().max(86_400),
}

const priceSchema = z.strictObject({
  input_usd_per_million: z.number().min(0),
  output_usd_per_million: z.number().min(0),
})

export const remoteModelSchema = z.strictObject({
  provider: z.literal('openai'),
  base_url: z.url({ protocol: /^https?$/ }),
  api_key: secretSchema.optional(),
  model: z.string().min(1),
  limits: z
    .strictObject({
      requests_per_minute: limitValues.requests_per_minute.nullable().default(null),
      tokens_per_minute: limitValues.tokens_per_minute.nullable().default(null),
      input_tokens_per_minute: limitValues.input_tokens_per_minute.nullable().default(null),
      output_tokens_per_minute: limitValues.output_tokens_per_minute.nullable().default(null),
      requests_per_day: limitValues.requests_per_day.nullable().default(null),
      tokens_per_day: limitValues.tokens_per_day.nullable().default(null),
      concurrency: limitValues.concurrency.nullable().default(32),
      /** By how much a request's way to the provider may differ from another's: added to the windows that are kept. */
      jitter_seconds: z.number().min(0).max(60).default(1),
    })
    .prefault({}),
  /** What the limits on tokens are charged: the estimate and the output asked for, or what was used; absent: as the provider is known to do. */
  token_charge: z.enum(['estimate', 'settle']).optional(),
  timeout_seconds: z.number().positive().max(3600).default(30),
  max_retries: callValues.max_retries.default(3),
  base_retry_delay_seconds: callValues.base_retry_delay_seconds.default(2),
  max_retry_delay_seconds: callValues.max_retry_delay_seconds.default(60),
  price: priceSchema.optional(),
  /** Models that are asked in its place, in this order. */
  fallback: z.array(z.string()).max(5).default([]),
  fallback_after_seconds: callValues.fallback_after_seconds.default(60),
})

const localModelSchema = z.strictObject({ provider: z.literal('llama'), path: z.string().min(1) })

/** One model of the configuration. */
export const modelSchema = z.discriminatedUnion('provider', [remoteModelSchema, localModelSchema])

export type RemoteModelConfig = z.infer<typeof remoteModelSchema>

// Null means something else in a change: that this one is taken back.
const limitSetting = <T extends z.ZodType>(value: T) =>
  z.union([value, z.literal('none')], { error: 'must be a whole number, or none' }).exactOptional()

/** What of a model was changed while it ran; it goes over the configuration until it is taken back. */
export const modelSettingsSchema = z.strictObject({
  limits: z
    .strictObject({
      requests_per_minute: limitSetting(limitValues.requests_per_minute),
      tokens_per_minute: limitSetting(limitValues.tokens_per_minute),
      input_tokens_per_minute: limitSetting(limitValues.input_tokens_per_minute),
      output_tokens_per_minute: limitSetting(limitValues.output_tokens_per_minute),
      requests_per_day: limitSetting(limitValues.requests_per_day),
      tokens_per_day: limitSetting(limitValues.tokens_per_day),
      concurrency: limitSetting(limitValues.concurrency),
    })
    .exactOptional(),
  price: priceSchema.exactOptional(),
  max_retries: callValues.max_retries.exactOptional(),
  base_retry_delay_seconds: callValues.base_retry_delay_seconds.exactOptional(),
  max_retry_delay_seconds: callValues.max_retry_delay_seconds.exactOptional(),
  fallback_after_seconds: callValues.fallback_after_seconds.exactOptional(),
})

export type ModelSettings = z.infer<typeof modelSettingsSchema>
