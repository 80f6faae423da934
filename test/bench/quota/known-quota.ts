import { type QuotaProfileName, quotaProfiles } from '../../../pipeline/simulator/quota-profiles.ts'
import type { KnownQuota } from './contender.ts'
import { noLimits } from '../../support/no-limits.ts'

const REQUESTS_PER_SECOND = 10
const TOKENS_PER_SECOND = 3000

/** What customers know of a profile whose minute lasts `minuteMs`: the same quota a second, however long that is. */
export function knownQuota(profile: QuotaProfileName, minuteMs: number): KnownQuota {
  const { requestsPerMinute, tokensPerMinute, concurrencyMax, tokenCharge } = quotaProfiles[profile]
  const seconds = minuteMs / 1000
  return {
    minuteMs,
    charge: tokenCharge,
    limits: {
      ...noLimits,
      requests_per_minute: requestsPerMinute === null ? null : Math.floor(REQUESTS_PER_SECOND * seconds),
      tokens_per_minute: tokensPerMinute === null ? null : Math.floor(TOKENS_PER_SECOND * seconds),
      concurrency: concurrencyMax,
    },
  }
}
