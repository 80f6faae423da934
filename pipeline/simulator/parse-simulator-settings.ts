import { z } from 'zod'
import { PipelineError } from '../../schemas/failure.ts'

/** Longest that an answer is held back. */
export const LATENCY_MS_MAX = 600_000

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

const rate = z.number().min(0).max(1).default(0)
const limit = z.int().min(1).nullable().default(null)

const scriptEntrySchema = z.strictObject({
  /** The entry is for prompts that contain this text. */
  match: z.string().optional(),
  /** Expression over the window; true triggers. */
  when: z.string().optional(),
  should_trigger: z.boolean().optional(),
  confidence: z.number().optional(),
  reason: z.string().optional(),
  /** Sent as it is in place of a verdict. */
  text: z.string().optional(),
  finish_reason: z.string().optional(),
})

const settingsSchema = z
  .strictObject({
    latencyMs: latencySchema.default(0),
    errorRate: rate,
    errorStatus: z.int().min(400).max(599).default(500),
    errorCode: z.string().nullable().default(null),
    hangRate: rate,
    garbageRate: rate,
    /** Every request to the model ends in a connection reset. */
    down: z.boolean().default(false),
    concurrencyMax: limit,
    requestsPerMinute: limit,
    tokensPerMinute: limit,
    quotaWindow: z.enum(['fixed', 'sliding', 'bucket']).default('sliding'),
    /** Over which span the quota is judged: 600 a minute over 10 s are 100. */
    quotaSpanMs: z.int().min(100).max(3_600_000).default(60_000),
    /** Refused requests use up the quota too. */
    refusalsCount: z.boolean().default(false),
    /** True: the true wait; a number: always so many seconds. */
    retryAfter: z.union([z.boolean(), z.number().min(0)]).default(true),
    rateLimitHeaders: z.boolean().default(true),
    /** Used in turn, or, when an entry has `match` or `when`, the first that fits the prompt. */
    answers: z.array(scriptEntrySchema).min(1).max(10_000).nullable().default(null),
    answerWhen: z.string().nullable().default(null),
  })
  .refine(({ answers, answerWhen }) => answers === null || answerWhen === null, {
    path: ['answerWhen'],
    message: 'answers by a list or by an expression, not both: set the other to null',
  })

export type SimulatorSettings = z.infer<typeof settingsSchema>
export type SimulatorChange = z.input<typeof settingsSchema>
export type Latency = SimulatorSettings['latencyMs']
export type ScriptEntry = z.infer<typeof scriptEntrySchema>

/** Checks settings that came from outside and fills in the defaults. */
export function parseSimulatorSettings(input: unknown): SimulatorSettings {
  const parsed = settingsSchema.safeParse(input)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'settings'}: ${message}`,
  )
  throw new PipelineError('config_invalid', problems.join('; '), { cause: parsed.error })
}
