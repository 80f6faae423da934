import type { KnownQuota } from '../contender.ts'
import { TOKENS_ESTIMATED } from '../offer-calls.ts'

/** The requests a minute for who can count only those: of a limit on tokens, as many as fit on average. */
export function requestsKnown({ limits }: KnownQuota): number | null {
  const { requests_per_minute: requests, tokens_per_minute: tokens } = limits
  return requests ?? (tokens === null ? null : Math.floor(tokens / TOKENS_ESTIMATED))
}
