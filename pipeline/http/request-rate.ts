import { OldestFirstMap } from '../../operators/oldest-first-map.ts'

export interface RequestRateOptions {
  readonly requestsPerMinute: number
  readonly nowMs: () => number
}

/** Most clients that are counted; past it the one that asked longest ago begins anew. */
export const CLIENTS_MAX = 1000

interface Bucket {
  readonly left: number
  readonly atMs: number
}

/** How often each client may ask: so many at once, and as many a minute. */
export class RequestRate {
  private readonly buckets = new OldestFirstMap<Bucket>(CLIENTS_MAX)
  private readonly options: RequestRateOptions

  constructor(options: RequestRateOptions) {
    this.options = options
  }

  /** Counts a request; 0 when it may pass, else the seconds to wait before another one does. */
  take(client: string): number {
    const { requestsPerMinute, nowMs } = this.options
    if (requestsPerMinute === Infinity) return 0
    const now = nowMs()
    const { left, atMs } = this.buckets.get(client) ?? { left: requestsPerMinute, atMs: now }
    const full = Math.min(requestsPerMinute, left + ((now - atMs) / 60_000) * requestsPerMinute)
    this.buckets.set(client, { left: full >= 1 ? full - 1 : full, atMs: now })
    return full >= 1 ? 0 : Math.ceil(((1 - full) / requestsPerMinute) * 60)
  }
}
