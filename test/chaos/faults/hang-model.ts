import type { Fault } from './fault.ts'

/** The model does not answer some of the requests. */
export const hangModel: Fault = {
  subject: 'model',
  inject: async ({ models, wait }, draws) => {
    const hangRate = draws.pick([0.2, 0.6]) ?? 0.2
    const lastsMs = draws.between(3000, 8000)
    models.control({ hangRate })
    await wait(lastsMs)
    models.control({ hangRate: 0 })
  },
}
