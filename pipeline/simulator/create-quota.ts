export interface QuotaOptions {
  readonly kind: 'fixed' | 'sliding' | 'bucket'
  /** What may be used in one span. */
  readonly limit: number
  readonly spanMs: number
}

/** A limit over time that is really kept. Times are milliseconds and never go back. */
export interface Quota {
  readonly limit: number
  /** What is left now; below zero when refused requests count, or when the limit fell below what was used. */
  left(nowMs: number): number
  charge(nowMs: number, cost: number): void
  /** What was charged at `chargedMs` turns out to be more, or less; what has run out since is past mending. */
  correct(chargedMs: number, difference: number, nowMs: number): void
  /** How long until `cost` fits; 0 when it fits now. */
  waitMs(nowMs: number, cost: number): number
  /** Another limit from now on: what was used stays used, and a bucket keeps what is in it and has room for. */
  change(limit: number, nowMs: number): void
}

/** Creates the quota of one kind of server: aligned windows, the last span, or a bucket that refills. */
export function createQuota(options: QuotaOptions): Quota {
  const { kind } = options
  if (kind === 'fixed') return fixedQuota(options)
  return kind === 'sliding' ? slidingQuota(options) : bucketQuota(options)
}

function fixedQuota({ limit: first, spanMs }: QuotaOptions): Quota {
  let limit = first
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
    get limit() {
      return limit
    },
    left,
    charge(nowMs, cost) {
      roll(nowMs)
      used += cost
    },
    correct(chargedMs, difference, nowMs) {
      roll(nowMs)
      if (Math.floor(chargedMs / spanMs) === window) used += difference
    },
    waitMs: (nowMs, cost) => (left(nowMs) >= cost ? 0 : (Math.floor(nowMs / spanMs) + 1) * spanMs - nowMs),
    change(next) {
      limit = next
    },
  }
}

function slidingQuota({ limit: first, spanMs }: QuotaOptions): Quota {
  // One cell for a millisecond, so that there are never more than `spanMs` of them.
  const cells = new Map<number, number>()
  let limit = first
  let used = 0
  const left = (nowMs: number): number => {
    for (const [atMs, cost] of cells) {
      if (nowMs - atMs < spanMs) break
      cells.delete(atMs)
      used -= cost
    }
    return limit - used
  }
  const add = (cell: number, cost: number): void => {
    cells.set(cell, (cells.get(cell) ?? 0) + cost)
    used += cost
  }
  return {
    get limit() {
      return limit
    },
    left,
    charge(nowMs, cost) {
      add(Math.ceil(nowMs), cost)
    },
    correct(chargedMs, difference) {
      const cell = Math.ceil(chargedMs)
      // One that has run out is gone with all that was charged to it.
      if (cells.has(cell)) add(cell, difference)
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
    change(next) {
      limit = next
    },
  }
}

function bucketQuota({ limit: first, spanMs }: QuotaOptions): Quota {
  let limit = first
  let level = limit
  let atMs = 0
  const left = (nowMs: number): number => {
    level = Math.min(limit, level + ((nowMs - atMs) * limit) / spanMs)
    atMs = nowMs
    return level
  }
  return {
    get limit() {
      return limit
    },
    left,
    charge(nowMs, cost) {
      level = left(nowMs) - cost
    },
    correct(_chargedMs, difference, nowMs) {
      level = Math.min(limit, left(nowMs) - difference)
    },
    waitMs: (nowMs, cost) => Math.max(0, ((cost - left(nowMs)) * spanMs) / limit),
    change(next, nowMs) {
      level = Math.min(next, left(nowMs))
      limit = next
    },
  }
}
