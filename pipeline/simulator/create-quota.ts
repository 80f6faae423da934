export interface QuotaOptions {
  readonly kind: 'fixed' | 'sliding' | 'bucket'
  /** What may be used in one span. */
  readonly limit: number
  readonly spanMs: number
}

/** A limit over time that is really kept. Times are milliseconds and never go back. */
export interface Quota {
  readonly limit: number
  /** What is left now; below zero when refused requests count. */
  left(nowMs: number): number
  charge(nowMs: number, cost: number): void
  /** How long until `cost` fits; 0 when it fits now. */
  waitMs(nowMs: number, cost: number): number
}

/** Creates the quota of one kind of server: aligned windows, the last span, or a bucket that refills. */
export function createQuota(options: QuotaOptions): Quota {
  const { kind } = options
  if (kind === 'fixed') return fixedQuota(options)
  return kind === 'sliding' ? slidingQuota(options) : bucketQuota(options)
}

function fixedQuota({ limit, spanMs }: QuotaOptions): Quota {
  let window = -1
  let used = 0
  const roll = (nowMs: number): void => {
    const current = Math.floor(nowMs / spanMs)
    if (current !== window) used = 0
    window = current
  }
  const left = (nowMs: number): number => {
    roll(nowMs)
    return limit - used
  }
  return {
    limit,
    left,
    charge(nowMs, cost) {
      roll(nowMs)
      used += cost
    },
    waitMs: (nowMs, cost) => (left(nowMs) >= cost ? 0 : (Math.floor(nowMs / spanMs) + 1) * spanMs - nowMs),
  }
}

function slidingQuota({ limit, spanMs }: QuotaOptions): Quota {
  // One cell for a millisecond, so that there are never more than `spanMs` of them.
  const cells = new Map<number, number>()
  let used = 0
  const left = (nowMs: number): number => {
    for (const [atMs, cost] of cells) {
      if (nowMs - atMs < spanMs) break
      cells.delete(atMs)
      used -= cost
    }
    return limit - used
  }
  return {
    limit,
    left,
    charge(nowMs, cost) {
      const cell = Math.ceil(nowMs)
      cells.set(cell, (cells.get(cell) ?? 0) + cost)
      used += cost
    },
    waitMs(nowMs, cost) {
      let missing = cost - left(nowMs)
      if (missing <= 0) return 0
      for (const [atMs, freed] of cells) {
        missing -= freed
        if (missing <= 0) return atMs + spanMs - nowMs
      }
      return spanMs
    },
  }
}

function bucketQuota({ limit, spanMs }: QuotaOptions): Quota {
  let level = limit
  let atMs = 0
  const left = (nowMs: number): number => {
    level = Math.min(limit, level + ((nowMs - atMs) * limit) / spanMs)
    atMs = nowMs
    return level
  }
  return {
    limit,
    left,
    charge(nowMs, cost) {
      level = left(nowMs) - cost
    },
    waitMs: (nowMs, cost) => Math.max(0, ((cost - left(nowMs)) * spanMs) / limit),
  }
}
