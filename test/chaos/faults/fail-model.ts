import type { Fault } from './fault.ts'

/** The model answers with errors, some or all of the time, or resets every connection. */
export const failModel: Fault = {
  subject: 'model',
  inject: async ({ models, wait }, draws) => {
    const change = draws.pick([{ errorRate: 0.4 }, { errorRate: 1 }, { errorRate: 0.6, errorStatus: 503 }])
    const down = draws.chance(0.25)
    const lastsMs = draws.between(3000, 8000)
    models.control(down ? { down } : { ...change })
    await wait(lastsMs)
    models.control({ down: false, errorRate: 0, errorStatus: 500 })
  },
}
