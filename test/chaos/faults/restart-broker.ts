import type { Fault } from './fault.ts'

/** A broker is stopped by SIGTERM and started again. */
export const restartBroker: Fault = {
  subject: 'brokers',
  inject: async ({ cluster, wait }, draws) => {
    const node = draws.pick(cluster.nodes)
    const awayMs = draws.between(0, 2000)
    if (node === undefined) return
    await node.broker.kill('SIGTERM')
    await wait(awayMs)
    await cluster.revive(node)
  },
}
