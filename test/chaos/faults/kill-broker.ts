import type { Fault } from './fault.ts'

/** `kill -9` of a broker, which is started again. */
export const killBroker: Fault = {
  subject: 'brokers',
  inject: async ({ cluster, wait }, draws) => {
    const node = draws.pick(cluster.nodes)
    const awayMs = draws.between(0, 4000)
    if (node === undefined) return
    await node.broker.kill('SIGKILL')
    await wait(awayMs)
    await cluster.revive(node)
  },
}
