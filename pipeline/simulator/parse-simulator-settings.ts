import { z } from 'zod'
import { PipelineError } from '../../schemas/failure.ts'
import { quotaProfiles } from './quota-profiles.ts'
import type { QuotaProfileName } from './quota-profiles.ts'

/** Longest that an answer is held back. */
export const LATENCY_MS_MAX = 600_000

/** Longest that a message is under way. */
const NETWORK_MS_MAX = 60_000

const LOGNORMAL = /^lognormal:(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/

const latencySchema = z.union([
  z.number().min(0).max(LATENCY_MS_MAX),
  z.strictObject({ medianMs: z.number().min(0).max(LATENCY_MS_MAX), sigma: z.number().min(0).max(10) }),
  z
    .string()
    .regex(LOGNORMAL, 'lognormal:<median ms>:<sigma>')
    .transform(text => {
      const [, medianMs, sigma] = LOGNORMAL.exec(text) ?? []
      return { medianMs: Number(medianMs), sigma: Number(sigma) }
    }),
])

const RANGE = /^(\d+(?:\.\d+)?):(\d+(?:\.\d+)?)$/

const networkSchema = z
  .union([
    z.number().transform(value => ({ minMs: value, maxMs: value })),
    z.strictObject({ minMs: z.number(), maxMs: z.number() }),
    z
      .string()
      .regex(RANGE, '<from ms>:<to ms>')
      .transform(text => {
        const [, minMs, maxMs] = RANGE.exec(text) ?? []
        return { minMs: Number(minMs), maxMs: Number(maxMs) }
      }),
  ])
  .refine(
    ({ minMs, maxMs }) => minMs >= 0 && minMs <= maxMs && maxMs <= NETWORK_MS_MAX,
    `from 0 to ${NETWORK_MS_MAX}, the smaller first`,
  )

const rate = z.number().min(0).max(1).default(0)
const limit = z.int().min(1).nullable().default(null)
const errorStatus = z.int().min(400).max(599)

const scriptEntrySchema = z.strictObject({
  /** The entry is for prompts that contain this text. */
  match: z.string().optional(),
  /** Expression over the window; the entry is for windows of which it is true. */
  if: z.string().optional(),
  /** Expression over the window; true triggers. */
  when: z.string().optional(),
  should_trigger: z.boolean().optional(),
  confidence: z.number().optional(),
  /** `{count}` and the like become what they are in the window. */
  reason: z.string().optional(),
  /** Sent as it is in place of a verdict. */
  text: z.string().optional(),
  finish_reason: z.string().optional(),
})

const settingsSchema = z
  .strictObject({
    latencyMs: latencySchema.default(0),
    /** How long a message is under way, each way, drawn evenly: before a request is judged, and after its answer. */
    networkMs: networkSchema.default({ minMs: 0, maxMs: 0 }),
    /** In whose manner limits and errors are told. */
    provider: z.enum(['openai', 'anthropic', 'azure', 'gemini', 'deepseek']).default('openai'),
    account: z.enum(['good', 'out_of_money', 'bad_key']).default('good'),
    errorRate: rate,
    /** One of them at random where there are several. */
    errorStatus: z.union([errorStatus, z.array(errorStatus).min(1).max(20)]).default(500),
    errorCode: z.string().nullable().default(null),
    hangRate: rate,
    garbageRate: rate,
    /** Every request to the model ends in a connection reset. */
    down: z.boolean().default(false),
    concurrencyMax: limit,
    requestsPerMinute: limit,
    tokensPerMinute: limit,
    inputTokensPerMinute: limit,
    outputTokensPerMinute: limit,
    /** The output that was asked for stays charged, or it is settled by the real one when the call has ended. */
    tokenCharge: z.enum(['estimate', 'settle']).default('estimate'),
    quotaWindow: z.enum(['fixed', 'sliding', 'bucket']).default('sliding'),
    /** Over which span the quotas are judged: 600 a minute over 10 s are 100. Null: over the minute. */
    quotaSpanMs: z.int().min(100).max(3_600_000).nullable().default(null),
    /** How long the minute of the limits lasts: a shorter one shows whole windows in less time. */
    minuteMs: z.int().min(100).max(3_600_000).default(60_000),
    /** Refused requests use up the quota too. */
    refusalsCount: z.boolean().default(false),
    /** True: the true wait; a number: always so many seconds. */
    retryAfter: z.union([z.boolean(), z.int().min(0)]).default(true),
    retryAfterForm: z.enum(['seconds', 'milliseconds', 'date']).default('seconds'),
    /** What the headers on limits say: the truth, nothing, -1 for everything, or the figures for a sixth of a minute. */
    rateLimitHeaders: z.union([z.boolean(), z.enum(['minus_one', 'other_unit'])]).default(true),
    /** Used in turn, or, when an entry has `match`, `if` or `when`, the first that fits the prompt. */
    answers: z.array(scriptEntrySchema).min(1).max(10_000).nullable().default(null),
    answerWhen: z.string().nullable().default(null),
  })
  .refine(({ answers, answerWhen }) => answers === null || answerWhen === null, {
    path: ['answerWhen'],
    message: 'answers by a list or by an expression, not both: set the other to null',
  })

export type SimulatorSettings = z.infer<typeof settingsSchema>
export type SimulatorChange = z.input<typeof settingsSchema> & { profile?: QuotaProfileName | undefined }
export type Latency = SimulatorSettings['latencyMs']
export type ScriptEntry = z.infer<typeof scriptEntrySchema>

const profiledSchema = z.looseObject({
  profile: z.enum(Object.keys(quotaProfiles)).optional(),
})

/**
 * Checks settings that came from outside, puts them over those that hold, and fills in the defaults. A profile sets all
 * that concerns quotas; what is named beside it goes over it.
 */
export function parseSimulatorSettings(input: unknown, holding?: SimulatorSettings): SimulatorSettings {
  const { profile, ...given } = read(profiledSchema, input)
  const profiled = Object.entries(quotaProfiles).find(([name]) => name === profile)?.[1]
  return read(settingsSchema, { ...holding, ...profiled, ...given })
}

function read<Output>(schema: z.ZodType<Output>, input: unknown): Output {
  const parsed = schema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'settings'}: ${message}`,
  )
  throw new PipelineError('config_invalid', problems.join('; '), { cause: parsed.error })
}
