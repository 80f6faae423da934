import type { Admin } from 'kafkajs'
import { type Topics, topicsOf } from '../../pipeline/topics-of.ts'
import { campaignKafka } from './campaign-kafka.ts'
import { pipelineProcess } from '../support/pipeline-process.ts'
import { SOURCE_PARTITIONS } from './campaign-event.ts'
import type { ChaosCluster } from './chaos-cluster.ts'

/** The topics of a campaign, and the configuration of its workers. */
export interface Deployment {
  readonly topics: Topics
  readonly source: string
  readonly configFor: (modelUrl: string) => Readonly<Record<string, unknown>>
  /** Source records that ROUTE has not committed, and records of `work` that DECIDE has not; Infinity while the broker cannot tell. */
  readonly behind: () => Promise<Readonly<Record<'route' | 'decide', number>>>
  readonly close: () => Promise<void>
}

const PREFIX = 'chaos.'
const GROUP = 'chaos'
const PARTITIONS = 3

/** Creates the topics, those of the pipeline by its own command. */
export async function deployment(cluster: ChaosCluster, rules: readonly unknown[]): Promise<Deployment> {
  const topics = topicsOf(PREFIX)
  const source = 'chaos-events'
  const admin = campaignKafka(cluster.direct).admin()
  await admin.connect()
  const replicationFactor = cluster.replication
  await admin.createTopics({
    topics: [{ topic: source, numPartitions: SOURCE_PARTITIONS, replicationFactor }],
    waitForLeaders: true,
  })
  const configFor = (modelUrl: string) => ({
    kafka: {
      brokers: cluster.proxied,
      group_id: GROUP,
      topic_prefix: PREFIX,
      partitions: PARTITIONS,
      replication_factor: replicationFactor,
    },
    sources: [{ topic: source, from: 'earliest' }],
    models: {
      default: 'fast',
      fast: {
        provider: 'openai',
        base_url: modelUrl,
        model: 'simulated',
        timeout_seconds: 2,
        base_retry_delay_seconds: 0.2,
        max_retry_delay_seconds: 1,
      },
    },
    http: { port: 0 },
  })
  const config = configFor('http://127.0.0.1:1/v1')
  const created = await pipelineProcess({ config, rules, command: ['topics', 'create'] })
  const { code } = await created.exited
  if (code !== 0) throw new Error(`topics create ended with ${code}: ${created.log()}`)
  await created.dispose()
  return {
    topics,
    source,
    configFor,
    behind: async () => ({
      route: await behind(admin, `${GROUP}.route`, source),
      decide: await behind(admin, `${GROUP}.decide`, topics.work),
    }),
    close: () => admin.disconnect(),
  }
}

async function behind(admin: Admin, groupId: string, topic: string): Promise<number> {
  try {
    const [ends, [committed]] = await Promise.all([
      admin.fetchTopicOffsets(topic),
      admin.fetchOffsets({ groupId, topics: [topic] }),
    ])
    const offsets = new Map(committed?.partitions.map(({ partition, offset }) => [partition, Number(offset)]))
    return ends.reduce(
      (sum, { partition, high }) => sum + Number(high) - Math.max(0, offsets.get(partition) ?? 0),
      0,
    )
  } catch {
    // A broker that has just come back; asked again.
    return Infinity
  }
}
