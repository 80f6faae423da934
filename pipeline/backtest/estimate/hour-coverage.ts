export const HOUR_MS = 3_600_000

/** How much of one hour of the day was recorded. */
export interface CoveredHour {
  readonly hour: number
  /** In hours, over all days; more than 0. */
  readonly recorded: number
  /** Hours that were recorded from their beginning to their end. */
  readonly whole: number
}

/** Which hours of the day (UTC) a recording covers, from its first record to its last. */
export class HourCoverage {
  private readonly fromMs: number
  private readonly toMs: number

  constructor(fromMs: number, toMs: number) {
    this.fromMs = fromMs
    this.toMs = toMs
  }

  get seconds(): number {
    return (this.toMs - this.fromMs) / 1000
  }

  /** Hours since the epoch. */
  isWhole(hour: number): boolean {
    return hour * HOUR_MS >= this.fromMs && (hour + 1) * HOUR_MS <= this.toMs
  }

  get hours(): readonly CoveredHour[] {
    return Array.from({ length: 24 }, (_, hour) => this.covered(hour)).filter(({ recorded }) => recorded > 0)
  }

  private covered(hour: number): CoveredHour {
    const { fromMs, toMs } = this
    const dayMs = 24 * HOUR_MS
    const firstMs = Math.floor((fromMs - hour * HOUR_MS) / dayMs) * dayMs + hour * HOUR_MS
    let recordedMs = 0
    let whole = 0
    for (let startMs = firstMs; startMs < toMs; startMs += dayMs) {
      recordedMs += Math.max(0, Math.min(toMs, startMs + HOUR_MS) - Math.max(fromMs, startMs))
      if (this.isWhole(startMs / HOUR_MS)) whole++
    }
    return { hour, recorded: recordedMs / HOUR_MS, whole }
  }
}
