import type { Fault } from './fault.ts'

/** Everything between the workers and a broker takes longer. */
export const slowBroker: Fault = {
  subject: 'network',
  inject: async ({ cluster, wait }, draws) => {
    const node = draws.pick(cluster.nodes)
    const delayMs = draws.between(20, 300)
    const lastsMs = draws.between(4000, 9000)
    if (node === undefined) return
    node.proxy.slow(delayMs)
    await wait(lastsMs)
    node.proxy.slow(0)
  },
}
