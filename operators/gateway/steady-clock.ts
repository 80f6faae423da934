import type { SchedulerLike } from 'rxjs'

/** A clock without the steps by which it is set back, in which it stands still: all that is waited for would be that much later. */
export function steadyClock(clock: SchedulerLike): SchedulerLike {
  let setBackMs = 0
  let lastMs = -Infinity
  return {
    now: () => {
      const nowMs = clock.now() + setBackMs
      if (nowMs < lastMs) setBackMs += lastMs - nowMs
      lastMs = Math.max(lastMs, nowMs)
      return lastMs
    },
    schedule: clock.schedule.bind(clock),
  }
}
