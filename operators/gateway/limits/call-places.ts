import type { TokenUse } from '../quota.ts'

export interface CallPlacesOptions {
  /** Most calls in flight; null for no limit. */
  readonly concurrency: number | null
  /** After so long a call that was not ended counts as ended: longer than any call takes. */
  readonly leaseMs: number
}

export interface Lease {
  readonly takenAtMs: number
  /** As estimated. */
  readonly tokens: TokenUse
}

/** The places of one model's concurrency, each held by the lease of a call. Times never go back. */
export interface CallPlaces {
  readonly held: number
  /** There is no place, and never will be. */
  readonly isNone: boolean
  /** From when on a place may be free without a call being ended. The last one is kept back until `keptUntilMs`. */
  openAtMs(keptUntilMs: number): number
  hold(nowMs: number, tokens: TokenUse): string
  /** Undefined: it has ended before. */
  free(lease: string): Lease | undefined
  change(concurrency: number | null): void
  moveTo(nowMs: number): void
}

/** Most calls in flight where nothing else limits them: a lease is remembered for each. */
export const CALLS_MAX = 10_000

/** Starts with all places free. A lease that has ended leaves nothing behind, so that ending it again does nothing. */
export function callPlaces({ concurrency, leaseMs }: CallPlacesOptions): CallPlaces {
  // In the order of their ends, since all last as long.
  const leases = new Map<string, Lease>()
  let callsMax = callsMaxOf(concurrency)
  // No lease ends earlier. They are not looked through before: passing over those that were freed takes long.
  let endAtMs = Infinity
  let taken = 0
  return {
    get held() {
      return leases.size
    },
    get isNone() {
      return callsMax < 1
    },
    openAtMs(keptUntilMs) {
      if (leases.size >= callsMax) return endAtMs
      // A place that is the only one is for all.
      const isKept = callsMax > 1 && leases.size === callsMax - 1
      return isKept ? Math.min(endAtMs, keptUntilMs) : -Infinity
    },
    hold(nowMs, tokens) {
      const lease = String(++taken)
      leases.set(lease, { takenAtMs: nowMs, tokens })
      endAtMs = Math.min(endAtMs, nowMs + leaseMs)
      return lease
    },
    free(id) {
      const lease = leases.get(id)
      leases.delete(id)
      return lease
    },
    change(changed) {
      callsMax = callsMaxOf(changed)
    },
    moveTo(nowMs) {
      if (nowMs < endAtMs) return
      endAtMs = Infinity
      for (const [id, { takenAtMs }] of leases) {
        if (takenAtMs + leaseMs > nowMs) {
          endAtMs = takenAtMs + leaseMs
          return
        }
        leases.delete(id)
      }
    },
  }
}

function callsMaxOf(concurrency: number | null): number {
  return Math.floor(Math.min(concurrency ?? CALLS_MAX, CALLS_MAX))
}
