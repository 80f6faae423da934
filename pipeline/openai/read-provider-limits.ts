import { spanOf } from './span-of.ts'
import type { ProviderLimit, ProviderLimits, QuotaLimitName } from '../../schemas/quota-limits.ts'

interface LimitHeaders {
  readonly name: QuotaLimitName
  /** What it is where it takes longer to fill than any limit of a minute or an hour does. */
  readonly dayName: QuotaLimitName
  readonly limit: string
  readonly remaining: string
  readonly reset: string
}

// OpenAI and most others send a pair of limits, Anthropic four.
const families: readonly LimitHeaders[] = [
  openai('requests', 'requests_per_minute', 'requests_per_day'),
  openai('tokens', 'tokens_per_minute', 'tokens_per_day'),
  anthropic('requests', 'requests_per_minute'),
  anthropic('tokens', 'tokens_per_minute'),
  anthropic('input-tokens', 'input_tokens_per_minute'),
  anthropic('output-tokens', 'output_tokens_per_minute'),
]

const COUNT = /^\d{1,15}$/
const DATE_AND_TIME = /^\d{4}-\d{2}-\d{2}T/

/** Longer ones are points in time, in a format that is not known here. */
const RESET_MS_MAX = 7 * 86_400_000

/**
 * OpenAI names a limit of a day as it names one of a minute. Taken for a day's, a smaller one would stop the calls for hours; taken
 * for a minute's, a larger one does no harm: so it is a day's only where nothing shorter takes so long to fill.
 */
const DAY_RESET_MS_MIN = 3_600_000

/** Reads the limits that an answer's headers name; what makes no sense (-1, a limit of 0, text) is passed over. Undefined: none. */
export function readProviderLimits(headers: Headers, nowMs: number): ProviderLimits | undefined {
  let limits: Partial<Record<QuotaLimitName, ProviderLimit>> | undefined
  for (const family of families) {
    const limit = countOf(headers.get(family.limit))
    // Most answers of most providers end here: headers that are not there are all that they cost.
    if (limit === null || limit === 0) continue
    const resetMs = resetOf(headers.get(family.reset), headers, nowMs)
    const name = (resetMs ?? 0) > DAY_RESET_MS_MIN ? family.dayName : family.name
    limits ??= {}
    limits[name] = { limit, remaining: atMost(limit, countOf(headers.get(family.remaining))), resetMs }
  }
  return limits
}

function atMost(limit: number, remaining: number | null): number | null {
  return remaining !== null && remaining <= limit ? remaining : null
}

function countOf(value: string | null): number | null {
  return value !== null && COUNT.test(value) ? Number(value) : null
}

/** OpenAI sends a span, Anthropic the time itself; that is compared with the provider's own clock where it tells it. */
function resetOf(value: string | null, headers: Headers, nowMs: number): number | null {
  if (value === null) return null
  const resetMs = DATE_AND_TIME.test(value)
    ? Date.parse(value) - providerNow(headers, nowMs)
    : (spanOf(value) ?? Number.NaN)
  return resetMs >= 0 && resetMs <= RESET_MS_MAX ? resetMs : null
}

function providerNow(headers: Headers, nowMs: number): number {
  const dateMs = Date.parse(headers.get('date') ?? '')
  return Number.isNaN(dateMs) ? nowMs : dateMs
}

function openai(suffix: string, name: QuotaLimitName, dayName: QuotaLimitName): LimitHeaders {
  return {
    name,
    dayName,
    limit: `x-ratelimit-limit-${suffix}`,
    remaining: `x-ratelimit-remaining-${suffix}`,
    reset: `x-ratelimit-reset-${suffix}`,
  }
}

function anthropic(kind: string, name: QuotaLimitName): LimitHeaders {
  const start = `anthropic-ratelimit-${kind}`
  return {
    name,
    dayName: name,
    limit: `${start}-limit`,
    remaining: `${start}-remaining`,
    reset: `${start}-reset`,
  }
}
