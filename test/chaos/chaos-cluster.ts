import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../support/free-port.ts'
import { type KafkaBroker, newClusterId, startKafkaBroker } from '../support/kafka-broker.ts'
import { campaignKafka } from './campaign-kafka.ts'
import { waitFor } from '../support/wait-for.ts'
import { type TcpProxy, tcpProxy } from './tcp-proxy.ts'

export const profiles = ['one', 'three'] as const

export type Profile = (typeof profiles)[number]

export interface ClusterNode {
  readonly broker: KafkaBroker
  readonly proxy: TcpProxy
}

/** Brokers, each behind a proxy that the workers go through; the campaign itself goes past the proxies. */
export interface ChaosCluster {
  readonly libs: string
  readonly direct: readonly string[]
  readonly proxied: readonly string[]
  readonly nodes: readonly ClusterNode[]
  readonly replication: number
  /** Starts a broker again and waits until every replica has caught up, so that the next fault meets a whole cluster. */
  readonly revive: (node: ClusterNode) => Promise<void>
  readonly stop: () => Promise<void>
}

const STARTS_MAX = 3
const IN_SYNC_MS_MAX = 90_000

const replicated = {
  'default.replication.factor': 3,
  'min.insync.replicas': 2,
  'offsets.topic.replication.factor': 3,
  'transaction.state.log.replication.factor': 3,
  'transaction.state.log.min.isr': 2,
  'share.coordinator.state.topic.replication.factor': 3,
  'share.coordinator.state.topic.min.isr': 2,
  'replica.lag.time.max.ms': 3000,
}

/** Starts one broker, or three that replicate everything. */
export async function chaosCluster(libs: string, profile: Profile): Promise<ChaosCluster> {
  const replication = profile === 'three' ? 3 : 1
  const clusterId = newClusterId()
  const controllerPorts = await Promise.all(Array.from({ length: replication }, freePort))
  const start = async (id: number): Promise<ClusterNode> => {
    const proxy = await tcpProxy()
    const broker = await startKafkaBroker({
      libs,
      member: { id, clusterId, controllerPorts },
      advertisedPort: proxy.port,
      settings: profile === 'three' ? replicated : {},
    })
    proxy.leadTo(broker.proxiedPort)
    return { broker, proxy }
  }
  const nodes = await Promise.all(controllerPorts.map((_, index) => start(index + 1)))
  const direct = nodes.flatMap(({ broker }) => broker.brokers)
  return {
    libs,
    direct,
    proxied: nodes.map(({ proxy }) => `127.0.0.1:${proxy.port}`),
    nodes,
    replication,
    revive: async node => {
      await startAgain(node)
      const whole = () => isWhole(direct, replication)
      await waitFor(whole, { what: 'all replicas to be in sync', withinMs: IN_SYNC_MS_MAX, everyMs: 500 })
    },
    stop: async () => {
      await Promise.all(nodes.map(({ proxy }) => proxy.close()))
      await Promise.all(nodes.map(({ broker }) => broker.stop()))
    },
  }
}

/** Something else may hold its port for a moment. */
async function startAgain({ broker }: ClusterNode): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await broker.start()
      return
    } catch (error) {
      if (attempt === STARTS_MAX) throw error
      await broker.kill('SIGKILL')
      await delay(500)
    }
  }
}

async function isWhole(brokers: readonly string[], replication: number): Promise<boolean> {
  const admin = campaignKafka(brokers).admin()
  try {
    await admin.connect()
    const { topics } = await admin.fetchTopicMetadata()
    return topics.every(({ partitions }) => partitions.every(({ isr }) => isr.length >= replication))
  } catch {
    // A broker that has just started may not answer yet; the caller asks until its deadline.
    return false
  } finally {
    await admin.disconnect()
  }
}
