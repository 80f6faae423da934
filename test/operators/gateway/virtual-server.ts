import type { TokenUse } from '../../../operators/gateway/quota.ts'
import { createQuota, type QuotaOptions } from '../../../pipeline/simulator/create-quota.ts'

export interface VirtualServerOptions {
  /** `settled`: the last span, in which what was estimated counts until the call has ended, and then what was used. */
  readonly kind: QuotaOptions['kind'] | 'settled'
  readonly limit: number
  readonly spanMs: number
  readonly refusalsCount?: boolean
  readonly concurrencyMax?: number
  /** What a request takes of the limit; one each by default. */
  readonly costOf?: (tokens: TokenUse) => number
}

export interface AcceptedRequest {
  readonly atMs: number
  /** What it took of the limit in the end. */
  cost: number
}

/** A provider that keeps its limits. */
export interface VirtualServer {
  readonly accepted: readonly AcceptedRequest[]
  readonly refused: number
  readonly inFlight: number
  /** False: refused. Otherwise what ends the call. */
  receive(nowMs: number, estimated: TokenUse): false | ((used: TokenUse) => void)
}

/** Starts with nothing used. */
export function virtualServer(options: VirtualServerOptions): VirtualServer {
  const { kind, refusalsCount = false, concurrencyMax = Infinity, costOf = () => 1 } = options
  const accepted: AcceptedRequest[] = []
  const quota = kind === 'settled' ? settledQuota(options, accepted) : createQuota({ ...options, kind })
  let inFlight = 0
  let refused = 0
  return {
    accepted,
    get refused() {
      return refused
    },
    get inFlight() {
      return inFlight
    },
    receive(nowMs, estimated) {
      const request = { atMs: nowMs, cost: costOf(estimated) }
      const isAccepted = inFlight < concurrencyMax && quota.waitMs(nowMs, request.cost) <= 0
      if (isAccepted || refusalsCount) quota.charge(nowMs, request.cost)
      if (!isAccepted) {
        refused++
        return false
      }
      accepted.push(request)
      inFlight++
      return used => {
        inFlight--
        if (kind === 'settled') request.cost = costOf(used)
      }
    },
  }
}

/** Counts anew at each request, so that a request may still change what it took. */
function settledQuota({ limit, spanMs }: VirtualServerOptions, accepted: readonly AcceptedRequest[]) {
  let oldest = 0
  return {
    waitMs(nowMs: number, cost: number) {
      while (nowMs - (accepted[oldest]?.atMs ?? Infinity) >= spanMs) oldest++
      const used = accepted.slice(oldest).reduce((sum, request) => sum + request.cost, 0)
      return used + cost <= limit ? 0 : spanMs
    },
    charge: () => undefined,
  }
}
