import type { Fault } from './fault.ts'

/** One worker more, and after a while one less, by SIGTERM: two rebalances. */
export const addWorker: Fault = {
  subject: 'workers',
  inject: async ({ fleet, wait }, draws) => {
    const togetherMs = draws.between(4000, 9000)
    await fleet.start()
    await wait(togetherMs)
    const worker = fleet.borrow(draws)
    if (worker !== undefined) await fleet.stop(worker)
  },
}
