import { RecentCount } from './recent-count.ts'

const SPAN_MS = 300_000

/** Most retries, as a share of the calls of the span. */
const SHARE = 0.1

/** Retries that there may be besides, so that a quiet system may retry at all. */
const FREE = 10

/**
 * How many retries a model gets: a tenth of its calls in the last five minutes, so that an outage does not multiply them.
 *
 * Who is refused one loses nothing but time: its window waits the longest delay, and is then a call like any other.
 *
 * Time:  the caller's, in milliseconds from 0 on; it never goes back.
 * State: two counts over the last five minutes.
 */
export class RetryBudget {
  private readonly calls = new RecentCount(SPAN_MS)
  private readonly retries = new RecentCount(SPAN_MS)

  /** A call was sent that is no retry. */
  called(nowMs: number): void {
    this.calls.add(nowMs)
  }

  /** Whether one more retry fits; if so, it is counted. */
  mayRetry(nowMs: number): boolean {
    if (this.retries.at(nowMs) + 1 > FREE + SHARE * this.calls.at(nowMs)) return false
    this.retries.add(nowMs)
    return true
  }
}
