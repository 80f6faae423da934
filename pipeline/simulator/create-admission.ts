import { createQuota } from './create-quota.ts'
import { errorBody } from './error-body.ts'
import type { Quota } from './create-quota.ts'
import type { SimulatorSettings } from './parse-simulator-settings.ts'

// Nobody knows when a place becomes free.
const CONCURRENCY_WAIT_MS = 1000

export type LimitName = 'concurrency' | 'requests' | 'tokens'

export interface AdmissionRequest {
  readonly nowMs: number
  /** What the request is charged: its prompt and the output that it asks for. */
  readonly tokens: number
  readonly inFlight: number
}

export interface Admission {
  /** The limit that was exceeded; undefined when the request may pass. */
  readonly exceeded: LimitName | undefined
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
}

/** Enforces the quotas: all of them are looked at before any is charged. */
export function createAdmission(settings: SimulatorSettings): (request: AdmissionRequest) => Admission {
  const { concurrencyMax, refusalsCount } = settings
  const requests = quotaOf(settings, settings.requestsPerMinute)
  const tokens = quotaOf(settings, settings.tokensPerMinute)

  const waits = ({
    nowMs,
    tokens: cost,
    inFlight,
  }: AdmissionRequest): readonly [LimitName, number] | undefined => {
    if (inFlight >= (concurrencyMax ?? Infinity)) return ['concurrency', CONCURRENCY_WAIT_MS]
    const requestsMs = waitFor(requests, nowMs, 1)
    if (requestsMs > 0) return ['requests', requestsMs]
    const tokensMs = waitFor(tokens, nowMs, cost)
    return tokensMs > 0 ? ['tokens', tokensMs] : undefined
  }

  return request => {
    const wait = waits(request)
    if (wait === undefined || refusalsCount) {
      requests?.charge(request.nowMs, 1)
      tokens?.charge(request.nowMs, request.tokens)
    }
    const headers = settings.rateLimitHeaders ? limitHeaders({ requests, tokens }, request) : {}
    if (wait === undefined) return { exceeded: undefined, headers, body: undefined }
    const [exceeded, waitMs] = wait
    return {
      exceeded,
      headers: { ...headers, ...retryAfterHeader(settings.retryAfter, waitMs) },
      body: errorBody(`Rate limit reached: ${exceeded}`, exceeded, 'rate_limit_exceeded'),
    }
  }
}

function waitFor(quota: Quota | undefined, nowMs: number, cost: number): number {
  return quota?.waitMs(nowMs, cost) ?? 0
}

function quotaOf(
  { quotaWindow: kind, quotaSpanMs: spanMs }: SimulatorSettings,
  perMinute: number | null,
): Quota | undefined {
  if (perMinute === null) return undefined
  return createQuota({ kind, spanMs, limit: Math.max(1, Math.floor((perMinute * spanMs) / 60_000)) })
}

function retryAfterHeader(retryAfter: boolean | number, waitMs: number): Readonly<Record<string, string>> {
  if (retryAfter === false) return {}
  return { 'retry-after': String(retryAfter === true ? Math.ceil(waitMs / 1000) : retryAfter) }
}

function limitHeaders(
  quotas: Readonly<Record<'requests' | 'tokens', Quota | undefined>>,
  { nowMs }: AdmissionRequest,
): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {}
  for (const [name, quota] of Object.entries(quotas)) {
    if (quota === undefined) continue
    headers[`x-ratelimit-limit-${name}`] = String(quota.limit)
    headers[`x-ratelimit-remaining-${name}`] = String(Math.max(0, Math.floor(quota.left(nowMs))))
    headers[`x-ratelimit-reset-${name}`] = `${Math.ceil(quota.waitMs(nowMs, quota.limit))}ms`
  }
  return headers
}
