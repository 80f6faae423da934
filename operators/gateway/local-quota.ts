import { defer, of, type SchedulerLike } from 'rxjs'
import { limiter, type LimiterOptions } from './limits/limiter.ts'
import type { Quota } from './quota.ts'

export interface LocalQuotaOptions extends LimiterOptions {
  readonly clock: SchedulerLike
}

/**
 * The quota of one model, of this process alone.
 *
 * Shape:  `take` answers within the subscription.
 * Time:   that of `clock`, which may be set back: then it stands still for a moment, and no window ends early.
 * State:  601 cells for each limit, and one lease for each call in flight, `CALLS_MAX` of them at most.
 * Errors: none.
 */
export function localQuota({ clock, ...options }: LocalQuotaOptions): Quota {
  const limits = limiter(options)
  const now = steady(clock)
  let { limits: known } = options
  return {
    get limits() {
      return known
    },
    take: request => defer(() => of(limits.take(now(), request))),
    settle(lease, used) {
      limits.settle(now(), lease, used)
    },
    close(forMs) {
      limits.close(now() + forMs)
    },
    change(changed) {
      known = changed
      limits.change(now(), changed)
    },
    used: () => limits.used(now()),
    get closedMs() {
      return Math.max(0, limits.closedUntilMs - now())
    },
  }
}

/** The time of a clock, without the steps by which it was set back: all that is waited for would be that much later. */
function steady(clock: SchedulerLike): () => number {
  let setBackMs = 0
  let lastMs = -Infinity
  return () => {
    const nowMs = clock.now() + setBackMs
    if (nowMs < lastMs) setBackMs += lastMs - nowMs
    lastMs = Math.max(lastMs, nowMs)
    return lastMs
  }
}
