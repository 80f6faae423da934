import { type QuotaLimitName, quotaLimitNames } from '../../../schemas/quota-limits.ts'
import type { ProbeFinding } from './probe-limits.ts'

export interface SuggestedLimits {
  readonly limits: Readonly<Partial<Record<QuotaLimitName, number>>>
  /** What it follows from, for people. */
  readonly evidence: string
}

/** Of a pace that was refused, what is left: a bucket refills slower than it gives at first. */
const REFUSED_SHARE = 0.7

/** A provider that asks for so small a part of the time that the probe took refills all the time. */
const REFILLS_SHARE = 0.5

/** Makes of a finding what may be set, and never more than was seen; nothing where no limit showed. */
export function suggestLimits(finding: ProbeFinding): SuggestedLimits {
  const { told, refusal } = finding
  if (told !== null) {
    const limits = quotaLimitNames.flatMap(name => {
      const limit = told[name]?.limit
      return limit === undefined ? [] : [[name, limit] as const]
    })
    return {
      limits: Object.fromEntries(limits),
      evidence: `the provider says so in its headers, asked with ${finding.calls} of them`,
    }
  }
  const tried = `${finding.accepted} of ${finding.calls} calls in ${seconds(finding.tookMs)} were accepted`
  if (refusal === null)
    return { limits: {}, evidence: `${tried}, and none was refused: no limit showed, and more was not tried` }
  const hit = refusal.limitHit ?? 'requests_per_minute'
  const named = refusal.limitHit === null ? 'which limit was not said' : `for ${hit}`
  const asked =
    refusal.retryAfterMs === null ? '' : `, to be tried again after ${seconds(refusal.retryAfterMs)}`
  return { limits: seenOf(hit, finding), evidence: `${tried}, then one was refused: ${named}${asked}` }
}

function seenOf(hit: QuotaLimitName, finding: ProbeFinding): SuggestedLimits['limits'] {
  const { inFlightMax, tokens } = finding
  switch (hit) {
    case 'concurrency':
      return { concurrency: Math.max(1, inFlightMax) }
    case 'tokens_per_minute':
      return { [hit]: perMinute(tokens.input + tokens.output, finding) }
    case 'input_tokens_per_minute':
      return { [hit]: perMinute(tokens.input, finding) }
    case 'output_tokens_per_minute':
      return { [hit]: perMinute(tokens.output, finding) }
    case 'requests_per_minute':
      return { [hit]: perMinute(finding.accepted, finding) }
    case 'requests_per_day':
    case 'tokens_per_day':
      // What was sent before today is not known.
      return {}
  }
}

/** What was accepted is all that a window takes, unless it was refilled meanwhile. */
function perMinute(accepted: number, { tookMs, refusal }: ProbeFinding): number {
  const waitMs = refusal?.retryAfterMs ?? Infinity
  const refills = waitMs < tookMs * REFILLS_SHARE
  return Math.max(1, refills ? Math.floor((accepted / tookMs) * 60_000 * REFUSED_SHARE) : accepted)
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`
}
