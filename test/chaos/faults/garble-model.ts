import type { Fault } from './fault.ts'

/** The model answers garbage to some of the requests: windows whose corrective retry is garbage, too, are undecided. */
export const garbleModel: Fault = {
  subject: 'model',
  inject: async ({ models, wait }, draws) => {
    const garbageRate = draws.pick([0.3, 0.8]) ?? 0.3
    const lastsMs = draws.between(3000, 8000)
    models.control({ garbageRate })
    await wait(lastsMs)
    models.control({ garbageRate: 0 })
  },
}
