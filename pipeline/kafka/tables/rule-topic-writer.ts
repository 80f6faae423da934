import type Cluster from 'kafkajs/src/cluster/index.js'
import type { RuleWrite } from '../../../operators/rules/rule-store.ts'
import { writingOrder } from '../../../operators/rules/writing-order.ts'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import type { KafkaLog } from '../kafka-settings.ts'
import { writeMark } from './write-mark.ts'
import { findOffset } from '../lanes/find-offset.ts'
import { TransactionalWriter } from '../transactional-writer.ts'

export interface RuleTopicWriterOptions {
  readonly config: Config['kafka']
  readonly topic: string
  readonly log?: KafkaLog
}

interface Connections {
  readonly cluster: Cluster
  readonly writer: TransactionalWriter
}

/** The one writer of the rules topic: of all processes the last that began. Connects when it is needed. */
export class RuleTopicWriter {
  readonly #options: RuleTopicWriterOptions
  #open: Connections | null = null

  constructor(options: RuleTopicWriterOptions) {
    this.#options = options
  }

  /**
   * Makes sure that what others have begun to write is committed or undone; answers the end of the topic. As long as nobody
   * else has begun since, nothing is there that this process has not written: the fence of its first write holds on.
   */
  async begin(): Promise<number> {
    const { config, topic, log = () => undefined } = this.#options
    if (this.#open === null) {
      const cluster = kafkaCluster(config, log)
      const writer = new TransactionalWriter({ config, name: 'rules-writer', log })
      this.#open = { cluster, writer }
      await Promise.all([cluster.connect(), writer.begin()])
      await cluster.addMultipleTargetTopics([topic])
    }
    const end = await findOffset(this.#open.cluster, { topic, partition: 0 }, { fromBeginning: false })
    if (end !== undefined) return end
    throw new PipelineError(
      'topic_missing',
      `topic ${topic} does not exist; llmtrigger topics create makes it`,
    )
  }

  /** Writes all of it in one transaction, or nothing, each record with the mark; answers the offset that follows. */
  async write(writes: readonly RuleWrite[], mark: string): Promise<number> {
    const { topic } = this.#options
    if (this.#open === null) throw new TypeError('write before begin')
    const records = writingOrder(writes).map(({ ruleId, rule }) => ({
      topic,
      partition: 0,
      key: ruleId,
      value: rule === null ? null : JSON.stringify(rule),
      headers: writeMark.encode(mark),
    }))
    const placed = await this.#open.writer.write(records)
    if (placed === null)
      throw new PipelineError(
        'record_too_large',
        `${topic} refuses a rule for its size; raise its max.message.bytes`,
      )
    return Math.max(...placed.map(({ endOffset }) => endOffset))
  }

  /** The next write begins anew. */
  async close(): Promise<void> {
    const open = this.#open
    this.#open = null
    // Whatever is left open, the fence of the next one ends.
    await Promise.allSettled([open?.cluster.disconnect(), open?.writer.close()])
  }
}
