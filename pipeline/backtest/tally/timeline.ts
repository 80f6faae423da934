/** Most parts that the time is cut into. */
export const TIMELINE_BUCKETS_MAX = 512
const FIRST_BUCKET_MS = 1000

export type Series = Uint32Array

/**
 * Cuts time into equal buckets, at most `TIMELINE_BUCKETS_MAX` from the first moment on: when there would be more, two
 * become one in every series.
 */
export class Timeline {
  private readonly opened: Series[] = []
  private startMs: number | null = null
  private widthMs = FIRST_BUCKET_MS
  private used = 0

  /** A series of its own, all zeros. */
  open(): Series {
    const series = new Uint32Array(TIMELINE_BUCKETS_MAX)
    this.opened.push(series)
    return series
  }

  /** The bucket of a moment; one before the first moment counts to the first bucket. */
  at(nowMs: number): number {
    this.startMs ??= Math.floor(nowMs / FIRST_BUCKET_MS) * FIRST_BUCKET_MS
    const sinceMs = Math.max(0, nowMs - this.startMs)
    while (sinceMs >= this.widthMs * TIMELINE_BUCKETS_MAX) this.widen()
    const bucket = Math.floor(sinceMs / this.widthMs)
    this.used = Math.max(this.used, bucket + 1)
    return bucket
  }

  /** Null where nothing has happened. */
  get axis(): { readonly startMs: number; readonly bucketSeconds: number } | null {
    return this.startMs === null ? null : { startMs: this.startMs, bucketSeconds: this.widthMs / 1000 }
  }

  /** A series as far as anything has happened in any. */
  listOf(series: Series): number[] {
    return [...series.subarray(0, this.used)]
  }

  private widen(): void {
    this.widthMs *= 2
    this.used = Math.ceil(this.used / 2)
    for (const series of this.opened) {
      for (let bucket = 0; bucket < series.length; bucket++) {
        series[bucket] = (series[2 * bucket] ?? 0) + (series[2 * bucket + 1] ?? 0)
      }
    }
  }
}
