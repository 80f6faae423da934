import type { Fault } from './fault.ts'

/**
 * In one direction nothing arrives for some seconds, on all or some connections. Then what was held flows again, late, or
 * the connections end: then a request may have had its effect, and its answer is lost.
 */
export const cutOneWay: Fault = {
  subject: 'network',
  inject: async ({ cluster, wait }, draws) => {
    const node = draws.pick(cluster.nodes)
    const direction = draws.chance(0.5) ? ('from broker' as const) : ('to broker' as const)
    const share = draws.pick([0.3, 1]) ?? 1
    const silentMs = draws.between(1000, 7000)
    const lost = draws.chance(0.5)
    if (node === undefined) return
    node.proxy.hold(direction, draws, share)
    await wait(silentMs)
    if (lost) node.proxy.cut(draws, 1)
    node.proxy.release()
  },
}
