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
  /** As how many calls it was charged. */
  readonly processes: number
}

/** The places of one model's concurrency, each held by the lease of a call. Times never go back. */
export interface CallPlaces {
  /** Those of all processes, if all hold as many as this one. */
  readonly held: number
  /** There is no place, and never will be. */
  readonly isNone: boolean
  /** From when on a place may be free without a call being ended. The last one is kept back until `keptUntilMs`. */
  openAtMs(keptUntilMs: number): number
  hold(nowMs: number, tokens: TokenUse): string
  /** Undefined: it has ended before. */
  free(lease: string): Lease | undefined
  change(concurrency: number | null): void
  /** Of the places only this process's part is given, but one at least. */
  shareAmong(processes: number): void
  moveTo(nowMs: number): void
}

/** Most calls in flight where nothing else limits them: a lease is remembered for each. */
export const CALLS_MAX = 10_000

/** Starts with all places free. A lease that has ended leaves nothing behind, so that ending it again does nothing. */
export function callPlaces({ concurrency: first, leaseMs }: CallPlacesOptions): CallPlaces {
  let concurrency = first
  let processes = 1
  // In the order of their ends, since all last as long.
  const leases = new Map<string, Lease>()
  let callsMax = callsMaxOf(concurrency, processes)
  // No lease ends earlier. They are not looked through before: passing over those that were freed takes long.
  let endAtMs = Infinity
  let taken = 0
  return {
    get held() {
      return leases.size * processes
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
      leases.set(lease, { takenAtMs: nowMs, tokens, processes })
      endAtMs = Math.min(endAtMs, nowMs + leaseMs)
      return lease
    },
    free(id) {
      const lease = leases.get(id)
      leases.delete(id)
      return lease
    },
    change(changed) {
      concurrency = changed
      callsMax = callsMaxOf(concurrency, processes)
    },
    shareAmong(count) {
      processes = count
      callsMax = callsMaxOf(concurrency, processes)
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

function callsMaxOf(concurrency: number | null, processes: number): number {
  if (concurrency === null) return CALLS_MAX
  return Math.floor(Math.min(concurrency < 1 ? 0 : Math.max(1, concurrency / processes), CALLS_MAX))
}
