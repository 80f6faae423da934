import { limiter, type LimiterOptions } from '../../operators/gateway/limits/limiter.ts'
import type {
  QuotaAnswer,
  QuotaLimits,
  QuotaRequest,
  QuotaUse,
  TokenUse,
} from '../../operators/gateway/quota.ts'
import type { SentPart, SentParts } from './quota-call.ts'

export interface AwayQuotaOptions extends LimiterOptions {
  readonly minuteMs: number
  readonly dayMs: number
  readonly nowMs: number
  /** How many share the quota, this one among them. */
  readonly workers: number
  /** What all of them had sent when Redis was last heard of; null where it never was. */
  readonly seen: SeenUse | null
  /** Calls of this worker that are in flight. */
  readonly inFlight: number
}

export interface SeenUse {
  /** Their ages are those of `atMs`. */
  readonly parts: SentParts
  readonly atMs: number
  readonly inFlight: number
}

/** What one worker may do while Redis is away. */
export interface AwayQuota {
  /** `inFlight`: calls of this worker, whoever granted them. */
  take(nowMs: number, request: QuotaRequest, inFlight: number): QuotaAnswer
  settle(nowMs: number, lease: string, used: TokenUse | null): void
  close(untilMs: number): void
  change(nowMs: number, limits: QuotaLimits): void
  used(nowMs: number): QuotaUse
}

/** The longest wait that is answered: Redis may be back. */
const ASK_AGAIN_MS = 250

/**
 * This worker's part of a quota: each of its calls counts for all workers, on top of what all of them sent before.
 *
 * What the pace let them send since they were seen last is taken to be sent. Of the places it has those that it holds and
 * its part of the free ones until no call from before can be left, and then its part of all. A part is one request and one
 * place at least. One that never saw the others starts with empty windows, as it does without Redis.
 */
export function awayQuota(options: AwayQuotaOptions): AwayQuota {
  const { workers, nowMs: lostMs, seen, inFlight: held, leaseMs } = options
  const { minuteMs, jitterMs } = options
  let { limits } = options
  const local = limiter({ ...options, limits: withoutPlaces(limits), isStrict: true })
  local.shareAmong(workers)
  if (seen !== null) {
    for (const part of seen.parts.minute)
      local.add(lostMs, { atMs: seen.atMs - part[0], amounts: minuteOf(part) })
    for (const part of seen.parts.day) local.add(lostMs, { atMs: seen.atMs - part[0], amounts: dayOf(part) })
    const unseenShare = Math.min(1, (lostMs - seen.atMs) / (minuteMs + jitterMs))
    local.add(lostMs, { atMs: lostMs, amounts: unseen(limits, unseenShare) })
  }
  const placesMax = (nowMs: number) => {
    const places = limits.concurrency ?? Infinity
    const free = Math.max(0, places - Math.max(seen?.inFlight ?? 0, held))
    const isSettled = seen === null || nowMs >= lostMs + leaseMs
    return Math.max(1, Math.floor(isSettled ? places / workers : held + free / workers))
  }
  return {
    take(nowMs, request, inFlight) {
      if (inFlight >= placesMax(nowMs)) return askAgain('concurrency')
      const answer = local.take(nowMs, request)
      // It may be larger than the part and still not than the limit: the caller waits for Redis.
      if (answer.kind === 'never') return askAgain(answer.by)
      if (answer.kind === 'wait') return { ...answer, waitMs: Math.min(answer.waitMs, ASK_AGAIN_MS) }
      return answer
    },
    settle: (nowMs, lease, used) => {
      local.settle(nowMs, lease, used)
    },
    close: untilMs => {
      local.close(untilMs)
    },
    change(nowMs, changed) {
      limits = changed
      local.change(nowMs, withoutPlaces(changed))
    },
    used: nowMs => local.used(nowMs),
  }
}

function askAgain(by: Extract<QuotaAnswer, { kind: 'never' }>['by']): QuotaAnswer {
  return { kind: 'wait', waitMs: ASK_AGAIN_MS, by }
}

/** Those of all calls of this worker are counted, not only of those that were granted here. */
function withoutPlaces(limits: QuotaLimits): QuotaLimits {
  return { ...limits, concurrency: null }
}

function minuteOf([, requests, input, output]: SentPart) {
  return {
    requests_per_minute: requests,
    tokens_per_minute: input + output,
    input_tokens_per_minute: input,
    output_tokens_per_minute: output,
  }
}

function dayOf([, requests, input, output]: SentPart) {
  return { requests_per_day: requests, tokens_per_day: input + output }
}

function unseen(limits: QuotaLimits, share: number) {
  const of = (limit: number | null) => Math.ceil((limit ?? 0) * share)
  return {
    requests_per_minute: of(limits.requests_per_minute),
    tokens_per_minute: of(limits.tokens_per_minute),
    input_tokens_per_minute: of(limits.input_tokens_per_minute),
    output_tokens_per_minute: of(limits.output_tokens_per_minute),
    requests_per_day: of(limits.requests_per_minute),
    tokens_per_day: of(limits.tokens_per_minute),
  }
}
