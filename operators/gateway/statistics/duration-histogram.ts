/** Buckets for each doubling: a percentile is at most a tenth too high. */
const PER_DOUBLING = 8
/** The last bucket takes all that is longer than an hour. */
const BUCKETS = PER_DOUBLING * 22

/** How long things took, in a fixed number of buckets: the mean is exact, a percentile is the upper end of its bucket. */
export class DurationHistogram {
  private readonly counts = new Float64Array(BUCKETS + 1)
  private count = 0
  private sumMs = 0
  private maxMs = 0

  add(durationMs: number): void {
    const ms = Number.isFinite(durationMs) ? Math.max(0, durationMs) : 0
    const bucket = Math.min(Math.ceil(Math.log2(Math.max(1, ms)) * PER_DOUBLING), BUCKETS)
    this.counts[bucket] = (this.counts[bucket] ?? 0) + 1
    this.count++
    this.sumMs += ms
    this.maxMs = Math.max(this.maxMs, ms)
  }

  /** Null where there is nothing. */
  get meanMs(): number | null {
    return this.count === 0 ? null : this.sumMs / this.count
  }

  /** So that this share of them was no longer; null where there is nothing. */
  percentileMs(share: number): number | null {
    if (this.count === 0) return null
    let left = Math.ceil(this.count * share)
    const bucket = this.counts.findIndex(count => (left -= count) <= 0)
    return Math.min(bucket === BUCKETS ? Infinity : 2 ** (bucket / PER_DOUBLING), this.maxMs)
  }
}
