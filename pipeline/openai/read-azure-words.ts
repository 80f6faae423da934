import type { QuotaLimitName } from '../../schemas/quota-limits.ts'

const WAIT = /\b(?:retry after|try again in) (\d{1,9}) seconds?\b/i
const REPLENISHED = /\breplenished in (?:(\d{1,3})\.)?(\d{1,2}):(\d{2}):(\d{2})\b/i
const CALLS = /\bexceeded call rate limit\b/i
const TOKENS = /\bexceeded (?:the )?token rate limit\b/i
const HIGH_DEMAND = /\bexperiencing high demand\b/i

/** What is read of a message: whatever of this it says, it says in its first sentences. */
const TEXT_LENGTH_MAX = 1000

export interface AzureWords {
  readonly waitMs: number | undefined
  readonly limitHit: QuotaLimitName | undefined
  readonly isHighDemand: boolean
}

/**
 * What Azure OpenAI, and the API Management in front of it, say of a refusal in words alone.
 *
 * The only place where a provider's text is read: its code is `429` or `too_many_requests` whether calls, tokens or capacity
 * have run out, and behind a gateway the headers with the wait may be gone. Where a sentence has changed, a 429 is a limit and a
 * 403 a rejected key, as at any other provider.
 */
export function readAzureWords(message: string): AzureWords {
  const text = message.slice(0, TEXT_LENGTH_MAX)
  return {
    waitMs: waitOf(WAIT.exec(text), REPLENISHED.exec(text)),
    limitHit: limitOf(text),
    isHighDemand: HIGH_DEMAND.test(text),
  }
}

function waitOf(seconds: RegExpExecArray | null, replenished: RegExpExecArray | null): number | undefined {
  if (seconds !== null) return Number(seconds[1]) * 1000
  if (replenished === null) return undefined
  const [days, hours, minutes, rest] = replenished.slice(1).map(part => Number(part || 0))
  return ((((days ?? 0) * 24 + (hours ?? 0)) * 60 + (minutes ?? 0)) * 60 + (rest ?? 0)) * 1000
}

function limitOf(text: string): QuotaLimitName | undefined {
  if (TOKENS.test(text)) return 'tokens_per_minute'
  return CALLS.test(text) ? 'requests_per_minute' : undefined
}
