export interface UseSample {
  readonly atMs: number
  /** That were accepted since the start. */
  readonly requests: number
}

export interface QuotaChange {
  /** When the quota fell, and when it was whole again. */
  readonly lowMs: number
  readonly backMs: number
  readonly windowMs: number
  /** Requests in a window. */
  readonly whole: number
  readonly low: number
}

export interface ChangeFigures {
  /** What was used of the low quota, from one window after it fell. */
  readonly lowShare: number
  /** From when on a window goes by in which 95 % of the low quota are used, and then of the whole one; null: never. */
  readonly lowReachedSeconds: number | null
  readonly backReachedSeconds: number | null
}

const REACHED_SHARE = 0.95

/** How a client followed a quota that fell and came back. */
export function quotaChange(
  samples: readonly UseSample[],
  { lowMs, backMs, windowMs, whole, low }: QuotaChange,
): ChangeFigures {
  const requestsUntil = (atMs: number) => requestsAt(samples, atMs)
  const used = (fromMs: number, toMs: number) => requestsUntil(toMs) - requestsUntil(fromMs)
  const reachedSeconds = (fromMs: number, toMs: number, quota: number) => {
    const from = samples.find(
      ({ atMs }) =>
        atMs >= fromMs && atMs + windowMs <= toMs && used(atMs, atMs + windowMs) >= REACHED_SHARE * quota,
    )
    return from === undefined ? null : (from.atMs - fromMs) / 1000
  }
  const endMs = samples.at(-1)?.atMs ?? 0
  return {
    lowShare: used(lowMs + windowMs, backMs) / ((low * (backMs - lowMs - windowMs)) / windowMs),
    lowReachedSeconds: reachedSeconds(lowMs, backMs, low),
    backReachedSeconds: reachedSeconds(backMs, endMs, whole),
  }
}

/** In proportion between two samples: timers are late, and the last one before a window's end may be the last but one of it. */
function requestsAt(samples: readonly UseSample[], atMs: number): number {
  const before = samples.findLast(sample => sample.atMs <= atMs)
  const after = samples.find(sample => sample.atMs > atMs)
  if (before === undefined || after === undefined) return before?.requests ?? 0
  const share = (atMs - before.atMs) / (after.atMs - before.atMs)
  return before.requests + share * (after.requests - before.requests)
}
