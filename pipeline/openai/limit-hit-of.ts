import { quotaLimitNames } from '../../schemas/quota-limits.ts'
import type { ProviderLimits, QuotaLimitName } from '../../schemas/quota-limits.ts'
import type { ReadRefusal } from './read-refusal.ts'

// OpenAI's `type` of a rate limit error.
const limitsByCode = new Map<string, QuotaLimitName>([
  ['requests', 'requests_per_minute'],
  ['tokens', 'tokens_per_minute'],
  ['input_tokens', 'input_tokens_per_minute'],
  ['output_tokens', 'output_tokens_per_minute'],
  ['concurrency', 'concurrency'],
])

// It does not say whether of a minute or of a day.
const days = new Map<QuotaLimitName, QuotaLimitName>([
  ['requests_per_minute', 'requests_per_day'],
  ['tokens_per_minute', 'tokens_per_day'],
])

/** Providers that know one limit and do not name it: calls at once, of an account and a model. */
const limitsByHost = new Map<string, QuotaLimitName>([['api.deepseek.com', 'concurrency']])

/** Which limit a refusal is about: as the body says, else the one of which the headers say that nothing is left. */
export function limitHitOf(
  { codes, google, words }: ReadRefusal,
  limits: ProviderLimits = {},
  baseUrl: string,
): QuotaLimitName | undefined {
  const isEmpty = (name: QuotaLimitName) => limits[name]?.remaining === 0
  const named = google.limitHit ?? words.limitHit ?? byCode(codes)
  if (named === undefined) return quotaLimitNames.find(isEmpty) ?? limitsByHost.get(new URL(baseUrl).hostname)
  const day = days.get(named)
  return day !== undefined && isEmpty(day) ? day : named
}

function byCode(codes: readonly string[]): QuotaLimitName | undefined {
  const known = codes.find(one => limitsByCode.has(one))
  return known === undefined ? undefined : limitsByCode.get(known)
}
