import type { Fault } from './fault.ts'

/** Longer than the session of a consumer, which is 10 s: the worker comes back as a zombie. */
const ASLEEP_MS = [11_000, 15_000] as const

/** SIGSTOP for longer than the session timeout, then SIGCONT. */
export const sleepWorker: Fault = {
  subject: 'workers',
  inject: async ({ fleet, wait }, draws) => {
    const worker = fleet.borrow(draws)
    const asleepMs = draws.between(...ASLEEP_MS)
    if (worker === undefined) return
    worker.process.child.kill('SIGSTOP')
    await wait(asleepMs)
    worker.process.child.kill('SIGCONT')
    worker.busy = false
  },
}
