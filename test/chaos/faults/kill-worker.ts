import type { Fault } from './fault.ts'

/** `kill -9` of a worker; another takes its place after a while. */
export const killWorker: Fault = {
  subject: 'workers',
  inject: async ({ fleet, wait }, draws) => {
    const worker = fleet.borrow(draws)
    const awayMs = draws.between(500, 6000)
    if (worker === undefined) return
    await fleet.kill(worker)
    await wait(awayMs)
    await fleet.start()
  },
}
