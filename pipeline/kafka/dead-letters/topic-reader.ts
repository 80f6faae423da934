import { setTimeout as delay } from 'node:timers/promises'
import type Cluster from 'kafkajs/src/cluster/index.js'
import type { OffsetQuery } from 'kafkajs/src/cluster/index.js'
import type { FetchedPartition } from 'kafkajs/src/broker/index.js'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import type { Config } from '../../../schemas/config.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { kafkaCluster } from '../kafka-cluster.ts'
import { readSlice } from '../lanes/read-slice.ts'

const READ_COMMITTED = 1
const PARTITION_BYTES_MAX = 1024 * 1024
const WAIT_MS = 100
/** Longer than any transaction of the pipeline stays open: 15 s. */
const STANDSTILL_MS_MAX = 20_000

/** A part of one partition: from `start` to before `end`. */
export interface TopicSpan {
  readonly partition: number
  readonly start: number
  readonly end: number
}

/** Reads the partitions of one topic, read-committed, without a consumer group. */
export class TopicReader {
  readonly #cluster: Cluster
  readonly #topic: string
  readonly #standstillMs: number

  constructor(config: Config['kafka'], topic: string, standstillMs = STANDSTILL_MS_MAX) {
    this.#cluster = kafkaCluster(config, () => {})
    this.#topic = topic
    this.#standstillMs = standstillMs
  }

  /** The topic must exist. */
  async connect(): Promise<void> {
    await this.#cluster.connect()
    await this.#cluster.addMultipleTargetTopics([this.#topic])
    await this.#cluster.refreshMetadataIfNecessary()
  }

  /** Each partition from its first record of `fromMs` or later, as it is now: to its last record, committed or not. */
  async spans(fromMs?: number): Promise<readonly TopicSpan[]> {
    const ids = this.#cluster.findTopicPartitionMetadata(this.#topic).map(({ partitionId }) => partitionId)
    const first = await this.#offsets(ids, { fromBeginning: true })
    const since = fromMs === undefined ? first : await this.#since(ids, fromMs)
    const spans = ids.map(async partition => {
      const begin = first.get(partition) ?? 0
      // Not the end that read-committed shows: behind another writer's open transaction lie records that count.
      const { highWatermark } = await this.#fetch(partition, { position: begin, bytes: 1, waitMs: 0 })
      const end = Number(highWatermark)
      return { partition, start: Math.min(end, Math.max(begin, since.get(partition) ?? begin)), end }
    })
    return (await Promise.all(spans)).toSorted((one, other) => one.partition - other.partition)
  }

  /** Every committed record of the span, in order; waits for transactions that are open in it. */
  async *read({ partition, start, end }: TopicSpan): AsyncGenerator<LogRecord> {
    let position = start
    let movedMs = performance.now()
    while (position < end) {
      const fetched = await this.#fetch(partition, { position, bytes: PARTITION_BYTES_MAX, waitMs: WAIT_MS })
      const { records, nextOffset } = readSlice(fetched, position)
      for (const record of records) if (record.offset < end) yield record
      // The time that the taker of the records needs is none of the broker's.
      if (nextOffset > position) movedMs = performance.now()
      else if (performance.now() - movedMs > this.#standstillMs) throw this.#standstill(partition, position)
      // Never in a tight loop, whatever the broker answers.
      else await delay(WAIT_MS)
      position = nextOffset
    }
  }

  async close(): Promise<void> {
    await this.#cluster.disconnect()
  }

  async #since(ids: readonly number[], fromMs: number): Promise<Map<number, number>> {
    const found = await this.#offsets(ids, { fromTimestamp: Math.max(0, fromMs) })
    // Nothing committed is that late; what is not committed yet may be.
    const stable = await this.#offsets(ids, { fromBeginning: false })
    return new Map([...found].map(([id, offset]) => [id, offset < 0 ? (stable.get(id) ?? 0) : offset]))
  }

  async #offsets(ids: readonly number[], query: OffsetQuery): Promise<Map<number, number>> {
    const partitions = ids.map(partition => ({ partition }))
    const [found] = await this.#cluster.fetchTopicsOffset([{ topic: this.#topic, partitions, ...query }])
    return new Map((found?.partitions ?? []).map(({ partition, offset }) => [partition, Number(offset)]))
  }

  async #fetch(
    partition: number,
    { position, bytes, waitMs }: { position: number; bytes: number; waitMs: number },
  ): Promise<FetchedPartition> {
    const leader = this.#cluster
      .findTopicPartitionMetadata(this.#topic)
      .find(({ partitionId }) => partitionId === partition)?.leader
    const broker = await this.#cluster.findBroker({ nodeId: `${leader}` })
    const { responses } = await broker.fetch({
      isolationLevel: READ_COMMITTED,
      maxWaitTime: waitMs,
      minBytes: 1,
      maxBytes: bytes,
      topics: [
        { topic: this.#topic, partitions: [{ partition, fetchOffset: `${position}`, maxBytes: bytes }] },
      ],
    })
    const fetched = responses[0]?.partitions[0]
    if (fetched !== undefined) return fetched
    throw new PipelineError('lane_unavailable', `${this.#topic}/${partition}: an empty answer`)
  }

  #standstill(partition: number, position: number): PipelineError {
    const where = `${this.#topic}/${partition} cannot be read beyond offset ${position}`
    return new PipelineError(
      'dead_letters_unavailable',
      `${where}: another program's transaction stays open there; try again when it has ended`,
    )
  }
}
