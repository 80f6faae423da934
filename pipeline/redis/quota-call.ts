import { z } from 'zod'
import type { QuotaUse } from '../../operators/gateway/quota.ts'
import { quotaLimitNames } from '../../schemas/quota-limits.ts'

/** How old the youngest of it is, and what was sent; part of what was sent within a window. */
export type SentPart = readonly [ageMs: number, requests: number, input: number, output: number]

/** What was sent within the windows of a minute and of a day. */
export interface SentParts {
  readonly minute: readonly SentPart[]
  readonly day: readonly SentPart[]
}

/** A call that has ended and what it used; without that, as it was estimated. */
export type EndedCall = readonly [lease: string, input: number, output: number] | readonly [lease: string]

/** What holds for every call of one worker. */
export interface QuotaTerms {
  readonly worker: string
  readonly minuteMs: number
  readonly dayMs: number
  readonly jitterMs: number
  readonly leaseMs: number
  readonly beatMs: number
  readonly charge: 'estimate' | 'settle'
  /** In the order of `quotaLimitNames`; false, as Lua has it, where there is no such limit. */
  readonly limits: readonly (number | false)[]
  readonly placesMax: number
  /** Of the state in Redis that this worker knows, and of its last outage; empty and 0 before the first answer. */
  readonly id: string
  readonly epoch: number
}

/** What a worker says before its first grant: all that Redis does not know of it, or knew and lost. */
export interface WorkerReport {
  /** How many share the quota as far as it knows, itself among them; 0 for a worker that has just started. */
  readonly workers: number
  readonly closedMs: number
  /** What it sent while it was away. */
  readonly away: SentParts
  /** All that it sent: for a Redis that has lost what it knew. */
  readonly own: SentParts
  /** Id, age, tokens in and out of each call in flight. */
  readonly leases: readonly (readonly [string, number, number, number])[]
  /** Calls that ended while it was away. */
  readonly ended: readonly EndedCall[]
}

/** What one worker asks of the script. */
export type QuotaCall =
  | { readonly op: 'probe' | 'beat' | 'leave' }
  | {
      readonly op: 'take'
      readonly lease: string
      readonly tokens: readonly [input: number, output: number]
      readonly critical: boolean
      readonly waitedMs: number
      /** Calls of this worker: it knows when they end, but not when those of others do. */
      readonly inFlight: number
    }
  | { readonly op: 'settle'; readonly lease: string; readonly used: readonly [number, number] | false }
  | { readonly op: 'close'; readonly forMs: number }
  | ({ readonly op: 'join' } & WorkerReport)

export const nothingUsed: QuotaUse = {
  requests_per_minute: 0,
  tokens_per_minute: 0,
  input_tokens_per_minute: 0,
  output_tokens_per_minute: 0,
  requests_per_day: 0,
  tokens_per_day: 0,
  concurrency: 0,
}

const partsSchema = z.array(z.tuple([z.number(), z.number(), z.number(), z.number()])).default([])
const profileSchema = z.object({ minute: partsSchema, day: partsSchema })
const useSchema = z.record(z.enum(quotaLimitNames), z.number())

const statusSchema = z.object({
  kind: z.literal('status'),
  id: z.string(),
  epoch: z.int(),
  workers: z.int(),
  closedMs: z.number(),
  /** JSON within JSON, since Redis keeps it for the next worker that asks. */
  profile: z.string().transform(text => profileSchema.parse(JSON.parse(text))),
  profileAgeMs: z.number(),
  use: useSchema,
})

/** What the script answers. */
export const quotaReplySchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('granted'), use: useSchema }),
  z.object({ kind: z.literal('never'), by: z.enum(quotaLimitNames), use: useSchema }),
  z.object({
    kind: z.literal('wait'),
    waitMs: z.number(),
    by: z.enum([...quotaLimitNames, 'closed']),
    use: useSchema,
  }),
  statusSchema,
  /** Redis does not know this worker in its state of now. */
  z.object({ kind: z.literal('unknown') }),
  z.object({ kind: z.literal('done'), use: useSchema.optional() }),
])

export type QuotaReply = z.infer<typeof quotaReplySchema>
export type QuotaStatus = z.infer<typeof statusSchema>
