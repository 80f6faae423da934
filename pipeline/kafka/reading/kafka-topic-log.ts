import { setTimeout as delay } from 'node:timers/promises'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { KafkaJSError, KafkaJSOffsetOutOfRange } from 'kafkajs/src/errors.js'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { LogSlice, LogSpan, TopicLog } from '../../history/topic-log.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import { fetchPartition } from '../lanes/fetch-partition.ts'
import { readSlice } from '../lanes/read-slice.ts'
import { topicOffsets } from './topic-offsets.ts'

const SLICE_BYTES_MAX = 512 * 1024
const WAIT_MS = 50
/** A call that takes longer than this fails: somebody waits for it. */
const CALL_MS_MAX = 5000
/** Fetches in a row that bring nothing; each waits for 50 ms. */
const FRUITLESS_MAX = 40

/** A topic on Kafka. Its connections are made at the first call, and anew after a failure; apart from those of lanes, which never wait for it. */
export class KafkaTopicLog implements TopicLog {
  private readonly config: Config['kafka']
  private readonly topic: string
  private opened: Promise<Cluster> | null = null

  constructor(config: Config['kafka'], topic: string) {
    this.config = config
    this.topic = topic
  }

  begins(): Promise<readonly number[]> {
    return this.call(cluster => topicOffsets(cluster, this.topic, { fromBeginning: true }))
  }

  ends(): Promise<readonly number[]> {
    return this.call(cluster => topicOffsets(cluster, this.topic, { fromBeginning: false }))
  }

  async since(timeMs: number): Promise<readonly number[]> {
    // Before the ends are asked for: what comes in between is not passed over then.
    const found = await this.call(cluster =>
      topicOffsets(cluster, this.topic, { fromTimestamp: Math.max(0, timeMs) }),
    )
    if (found.every(offset => offset >= 0)) return found
    const ends = await this.ends()
    return found.map((offset, partition) => (offset < 0 ? (ends[partition] ?? 0) : offset))
  }

  async *read({ partition, from, to }: LogSpan): AsyncGenerator<LogSlice> {
    let position = from
    let fruitless = 0
    while (position < to) {
      const slice = await this.call(cluster => this.slice(cluster, partition, position))
      fruitless = slice.nextOffset > position ? 0 : fruitless + 1
      if (fruitless > FRUITLESS_MAX) throw this.unavailable(`nothing comes behind ${partition}/${position}`)
      position = Math.min(slice.nextOffset, to)
      // The last fetch may bring what lies behind the span.
      yield { records: slice.records.filter(({ offset }) => offset < to), nextOffset: position }
    }
  }

  async close(): Promise<void> {
    const opened = this.opened
    this.opened = null
    // One that could not be opened has nothing to close.
    const cluster = await opened?.catch(() => null)
    await cluster?.disconnect()
  }

  private async slice(cluster: Cluster, partition: number, offset: number): Promise<LogSlice> {
    const place = { topic: this.topic, partition }
    try {
      await cluster.refreshMetadataIfNecessary()
      const fetch = { ...place, offset, bytesMax: SLICE_BYTES_MAX, waitMs: WAIT_MS }
      return readSlice(await fetchPartition(cluster, fetch), offset)
    } catch (error) {
      if (!(error instanceof KafkaJSOffsetOutOfRange)) throw error
      const begins = await topicOffsets(cluster, this.topic, { fromBeginning: true })
      return { records: [], nextOffset: Math.max(offset, begins[partition] ?? offset) }
    }
  }

  private async call<T>(work: (cluster: Cluster) => Promise<T>): Promise<T> {
    this.opened ??= this.open()
    const opened = this.opened
    const ended = new AbortController()
    const late = delay(CALL_MS_MAX, null, { signal: ended.signal }).then(() => {
      throw this.unavailable(`no answer within ${CALL_MS_MAX} ms`)
    })
    // It is told of by the race, or not at all.
    late.catch(() => undefined)
    try {
      return await Promise.race([opened.then(work), late])
    } catch (error) {
      if (this.opened === opened) void this.close().catch(() => undefined)
      if (!(error instanceof KafkaJSError)) throw error
      throw this.unavailable(error.message, error)
    } finally {
      ended.abort()
    }
  }

  private async open(): Promise<Cluster> {
    const cluster = kafkaCluster(this.config, () => undefined)
    try {
      await cluster.connect()
      await cluster.addMultipleTargetTopics([this.topic])
      await cluster.refreshMetadataIfNecessary()
      return cluster
    } catch (error) {
      await cluster.disconnect()
      throw error
    }
  }

  private unavailable(why: string, cause?: unknown): PipelineError {
    return new PipelineError('log_unavailable', `${this.topic} cannot be read: ${why}`, { cause })
  }
}
