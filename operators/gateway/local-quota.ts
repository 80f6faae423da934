import { defer, of, type SchedulerLike } from 'rxjs'
import { limiter, type LimiterOptions } from './limits/limiter.ts'
import type { Quota } from './quota.ts'
import { steadyClock } from './steady-clock.ts'

export interface LocalQuotaOptions extends LimiterOptions {
  readonly clock: SchedulerLike
}

/**
 * The quota of one model, of this process alone, or its part where others use it too.
 *
 * Shape:  `take` answers within the subscription.
 * Time:   that of `clock`, which may be set back: then it stands still for a moment, and no window ends early.
 * State:  601 cells for each limit, and one lease for each call in flight, `CALLS_MAX` of them at most.
 * Errors: none.
 */
export function localQuota({ clock, ...options }: LocalQuotaOptions): Quota {
  const limits = limiter(options)
  const steady = steadyClock(clock)
  let { limits: known } = options
  return {
    get limits() {
      return known
    },
    take: request => defer(() => of(limits.take(steady.now(), request))),
    settle(lease, used) {
      limits.settle(steady.now(), lease, used)
    },
    close(forMs) {
      limits.close(steady.now() + forMs)
    },
    change(changed) {
      known = changed
      limits.change(steady.now(), changed)
    },
    shareAmong(processes) {
      limits.shareAmong(processes)
    },
    used: () => limits.used(steady.now()),
    get closedMs() {
      return Math.max(0, limits.closedUntilMs - steady.now())
    },
  }
}
