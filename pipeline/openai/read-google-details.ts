import { z } from 'zod'
import { spanOf } from './span-of.ts'
import { untilPacificMidnight } from './until-pacific-midnight.ts'
import type { QuotaLimitName } from '../../schemas/quota-limits.ts'

const text = z.string().optional().catch(undefined)

const violationSchema = z.object({
  quotaId: text,
  quotaValue: z.coerce.number().optional().catch(Number.NaN),
})

const detailSchema = z.object({
  violations: z.array(violationSchema.catch({})).optional().catch(undefined),
  retryDelay: text,
  reason: text,
})

const detailsSchema = z.array(detailSchema.catch({})).catch([])

const DAY_MS = 86_400_000

/** Refused within so long after midnight, the quota may just not be filled yet. */
const REFILL_LAG_MS = 600_000

/** What the `details` of a Google error say. */
export interface GoogleDetails {
  readonly reason: string | undefined
  /** How long to wait; a quota of a day that is used up waits until it is filled again. */
  readonly waitMs: number | undefined
  readonly limitHit: QuotaLimitName | undefined
  /** A quota of 0: the model is not in the plan of this project, and no wait helps. */
  readonly isWithoutQuota: boolean
}

/** Reads `ErrorInfo`, `RetryInfo` and `QuotaFailure`; Gemini's OpenAI-compatible endpoint sends them as the native one does. */
export function readGoogleDetails(details: unknown, nowMs: number): GoogleDetails {
  const list = detailsSchema.parse(details)
  const violations = list.flatMap(detail => detail.violations ?? [])
  const hits = violations.flatMap(({ quotaId = '' }) => limitOf(quotaId) ?? [])
  const dayHit = hits.find(name => name.endsWith('_per_day'))
  const delay = list.find(({ retryDelay }) => retryDelay !== undefined)?.retryDelay
  const askedMs = delay === undefined ? undefined : spanOf(delay)
  const filledMs = dayHit === undefined ? askedMs : untilFilled(askedMs, nowMs)
  const isWithoutQuota = violations.some(isZero)
  return {
    reason: list.find(({ reason }) => reason !== undefined)?.reason,
    waitMs: isWithoutQuota ? undefined : filledMs,
    // The one that is filled last decides.
    limitHit: dayHit ?? hits[0],
    isWithoutQuota,
  }
}

/** A number that is 0 is left out of a message in Google's JSON; one without an id is no quota of a model. */
function isZero({ quotaId, quotaValue = 0 }: z.infer<typeof violationSchema>): boolean {
  return quotaId !== undefined && quotaValue === 0
}

/** Google asks to wait for seconds there too, but fills the quotas of a day at midnight. */
function untilFilled(askedMs: number | undefined, nowMs: number): number | undefined {
  const midnightMs = untilPacificMidnight(nowMs)
  return midnightMs > DAY_MS - REFILL_LAG_MS ? askedMs : Math.max(midnightMs, askedMs ?? 0)
}

/** `GenerateContentInputTokensPerModelPerMinute-FreeTier`, `GenerateRequestsPerDayPerProjectPerModel` and their like. */
function limitOf(quotaId: string): QuotaLimitName | undefined {
  const isTokens = /Token/.test(quotaId)
  if (quotaId.includes('PerDay')) return isTokens ? 'tokens_per_day' : 'requests_per_day'
  if (!quotaId.includes('PerMinute')) return undefined
  if (!isTokens) return 'requests_per_minute'
  if (quotaId.includes('InputToken')) return 'input_tokens_per_minute'
  return quotaId.includes('OutputToken') ? 'output_tokens_per_minute' : 'tokens_per_minute'
}
