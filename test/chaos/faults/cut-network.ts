import type { Fault } from './fault.ts'

/** All or some connections between workers and a broker are cut, and for some seconds no new one is let in. */
export const cutNetwork: Fault = {
  subject: 'network',
  inject: async ({ cluster, wait }, draws) => {
    const node = draws.pick(cluster.nodes)
    const share = draws.pick([0.3, 1]) ?? 1
    const downMs = draws.between(200, 5000)
    if (node === undefined) return
    node.proxy.refuse(true)
    node.proxy.cut(draws, share)
    await wait(downMs)
    node.proxy.refuse(false)
  },
}
