import type { Spread } from '../../../schemas/backtest/backtest-report.ts'

/** Below it every millisecond is counted apart. */
const EXACT_BELOW_MS = 64
/** From there on each doubling has so many buckets: an upper bound is at most a 32nd too high. */
const PER_DOUBLING = 32
/** 24 days; the last bucket takes all that is longer. */
const COUNTED_MS_MAX = 2 ** 31 - 1

/** How long things took, in at most 864 buckets: count, mean and maximum are exact, a quantile is the upper end of its bucket. */
export class SpreadHistogram {
  private readonly counts = new Map<number, number>()
  private count = 0
  private sumMs = 0
  private maxMs = 0

  /** Parts of a millisecond count as a whole one. */
  add(durationMs: number): void {
    const ms = Math.max(0, Math.ceil(durationMs))
    const bucket = bucketOf(Math.min(ms, COUNTED_MS_MAX))
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1)
    this.count++
    this.sumMs += ms
    this.maxMs = Math.max(this.maxMs, ms)
  }

  get spread(): Spread {
    const { count, maxMs } = this
    const buckets = [...this.counts].sort(([one], [other]) => one - other)
    const quantile = (share: number) => {
      let left = Math.ceil(count * share)
      const found = buckets.find(([, held]) => (left -= held) <= 0)
      return Math.min(found === undefined ? 0 : upperEndMs(found[0]), maxMs)
    }
    const mean = count === 0 ? 0 : Number((this.sumMs / count).toFixed(3))
    return { count, mean, p50: quantile(0.5), p90: quantile(0.9), p99: quantile(0.99), max: maxMs }
  }
}

function bucketOf(ms: number): number {
  if (ms < EXACT_BELOW_MS) return ms
  const shift = shiftOf(ms)
  return shift * PER_DOUBLING + (ms >>> shift)
}

function upperEndMs(bucket: number): number {
  if (bucket < EXACT_BELOW_MS) return bucket
  const shift = Math.floor(bucket / PER_DOUBLING) - 1
  const end = (bucket - shift * PER_DOUBLING + 1) * 2 ** shift - 1
  return end >= COUNTED_MS_MAX ? Infinity : end
}

/** By how many bits it is longer than those that have a bucket of their own. */
function shiftOf(ms: number): number {
  return 26 - Math.clz32(ms)
}
