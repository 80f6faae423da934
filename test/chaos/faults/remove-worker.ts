import type { Fault } from './fault.ts'

/** SIGTERM in the middle of windows; the place stays empty for a while. */
export const removeWorker: Fault = {
  subject: 'workers',
  inject: async ({ fleet, wait }, draws) => {
    const worker = fleet.borrow(draws)
    const awayMs = draws.between(0, 6000)
    if (worker === undefined) return
    await fleet.stop(worker)
    await wait(awayMs)
    await fleet.start()
  },
}
