import { createQuota } from './create-quota.ts'
import type { Quota } from './create-quota.ts'
import type { SimulatorSettings } from './parse-simulator-settings.ts'

// Nobody knows when a place becomes free.
const CONCURRENCY_WAIT_MS = 1000

const limitKeys = {
  requests: 'requestsPerMinute',
  tokens: 'tokensPerMinute',
  input_tokens: 'inputTokensPerMinute',
  output_tokens: 'outputTokensPerMinute',
} as const

export type QuotaName = keyof typeof limitKeys
export type LimitName = QuotaName | 'concurrency'

/** What one request is charged in each quota, whether there is such a quota or not. */
export type Cost = Readonly<Record<QuotaName, number>>

export interface AdmissionRequest {
  readonly nowMs: number
  readonly inputTokens: number
  /** The output that it asks for, at most. */
  readonly outputTokens: number
  readonly inFlight: number
}

export interface Exceeded {
  readonly limit: LimitName
  /** A minute; of the concurrency: at once. */
  readonly most: number
  readonly waitMs: number
}

/** How much of a limit is left, in the unit in which the provider's customers know it: a minute. */
export interface LimitReading {
  readonly name: QuotaName
  readonly limit: number
  readonly remaining: number
  /** Until all of it is there again. */
  readonly resetMs: number
}

export interface Admitted {
  readonly exceeded: Exceeded | undefined
  readonly readings: readonly LimitReading[]
  /** The call has ended: tells what it was charged in the end. */
  settle(outputTokens: number, nowMs: number): Cost
}

export interface Admission {
  admit(request: AdmissionRequest): Admitted
  /** What was used stays used, unless it is judged over other windows from now on. */
  change(settings: SimulatorSettings, nowMs: number): void
}

/** Enforces the quotas: all of them are looked at before any is charged. */
export function createAdmission(initial: SimulatorSettings): Admission {
  let settings = initial
  let quotas = quotasOf(initial, new Map(), 0)

  const exceededBy = (request: AdmissionRequest, cost: Cost): Exceeded | undefined => {
    const { concurrencyMax } = settings
    if (request.inFlight >= (concurrencyMax ?? Infinity))
      return { limit: 'concurrency', most: concurrencyMax ?? 0, waitMs: CONCURRENCY_WAIT_MS }
    for (const [name, quota] of quotas) {
      const waitMs = quota.waitMs(request.nowMs, cost[name])
      if (waitMs > 0) return { limit: name, most: settings[limitKeys[name]] ?? 0, waitMs }
    }
    return undefined
  }

  return {
    admit(request) {
      const { nowMs, inputTokens } = request
      const cost = costOf(inputTokens, request.outputTokens)
      const charged = quotas
      const exceeded = exceededBy(request, cost)
      if (exceeded === undefined || settings.refusalsCount)
        for (const [name, quota] of charged) quota.charge(nowMs, cost[name])
      return {
        exceeded,
        readings: readingsOf(settings, charged, nowMs),
        settle(outputTokens, endedMs) {
          if (settings.tokenCharge === 'estimate') return cost
          const settled = costOf(inputTokens, outputTokens)
          for (const [name, quota] of charged) quota.correct(nowMs, settled[name] - cost[name], endedMs)
          return settled
        },
      }
    },
    change(next, nowMs) {
      const anew = next.quotaWindow !== settings.quotaWindow || spanOf(next) !== spanOf(settings)
      quotas = quotasOf(next, anew ? new Map() : quotas, nowMs)
      settings = next
    },
  }
}

type Quotas = ReadonlyMap<QuotaName, Quota>

const quotaNames: readonly QuotaName[] = ['requests', 'tokens', 'input_tokens', 'output_tokens']

function quotasOf(settings: SimulatorSettings, kept: Quotas, nowMs: number): Quotas {
  const quotas = new Map<QuotaName, Quota>()
  const spanMs = spanOf(settings)
  for (const name of quotaNames) {
    const perMinute = settings[limitKeys[name]]
    if (perMinute === null) continue
    const limit = Math.max(1, Math.floor((perMinute * spanMs) / settings.minuteMs))
    const quota = kept.get(name) ?? createQuota({ kind: settings.quotaWindow, spanMs, limit })
    quota.change(limit, nowMs)
    quotas.set(name, quota)
  }
  return quotas
}

function spanOf({ quotaSpanMs, minuteMs }: SimulatorSettings): number {
  return quotaSpanMs ?? minuteMs
}

function costOf(inputTokens: number, outputTokens: number): Cost {
  return {
    requests: 1,
    tokens: inputTokens + outputTokens,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
  }
}

function readingsOf(settings: SimulatorSettings, quotas: Quotas, nowMs: number): readonly LimitReading[] {
  if (settings.rateLimitHeaders === false) return []
  return [...quotas].map(([name, quota]) => {
    const limit = settings[limitKeys[name]] ?? 0
    const remaining = Math.max(0, Math.floor((quota.left(nowMs) * limit) / quota.limit))
    return { name, limit, remaining, resetMs: quota.waitMs(nowMs, quota.limit) }
  })
}
