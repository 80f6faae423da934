import type Cluster from 'kafkajs/src/cluster/index.js'
import type { LogRecord, StageOutputs } from '../../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../../schemas/failure.ts'
import type { TopicPartition } from '../../group/assign-partitions.ts'
import { fetchPartition } from '../fetch-partition.ts'
import { findOffset } from '../find-offset.ts'
import { readRange } from '../read-range.ts'

// A transaction of another lane's dead owner is open for 15 s, and the broker looks for such ones every 10 s.
const FRUITLESS_MAX = 1200

/** How far back is looked first, and how many times as far each time that nothing was found there. */
const BACK_MS = 5000
const BACK_GROWTH = 4

export interface OutputSearch {
  /** The partition whose outputs are looked for. */
  readonly at: TopicPartition
  /** Outputs that were written earlier are not looked for; null where nobody says. */
  readonly sinceMs: number | null
  /** A partition that has none among so many of the newest outputs is taken to have none at all. */
  readonly recordsMax: number
  /** Told after each fetch how many records it brought; ends the search by throwing. */
  readonly onRead: (records: number) => void
}

/** Of one topic partition, what has been read. */
interface ReadPart extends TopicPartition {
  readonly from: number
  /** First offset behind it. */
  readonly to: number
}

/**
 * Finds the newest outputs of a stage's partitions, one search after the other.
 *
 * Reads backward, since the newest output of a partition says all: mostly it is one of the last few seconds. What is read for
 * one partition is known for all, so that lanes that open together read it once.
 *
 * State:  how far was read, and one offset for each partition that was seen.
 */
export class OutputScan {
  readonly #cluster: Cluster
  readonly #outputs: StageOutputs
  /** The first offset of each partition that no output names, nor any offset behind it. */
  readonly #behind = new Map<string, number>()
  #parts: readonly ReadPart[] = []
  /** All outputs from then on are read. */
  #fromMs = Infinity
  #readOnMs = -Infinity
  #records = 0
  #last: Promise<unknown> = Promise.resolve()

  constructor(cluster: Cluster, outputs: StageOutputs) {
    this.#cluster = cluster
    this.#outputs = outputs
  }

  /**
   * The first offset of a partition that no output names, nor any offset behind it; 0 where none names the partition. Its previous
   * owner is fenced by now, and all outputs of one commit come with it, so that nothing before this offset is left to do.
   */
  behind(search: OutputSearch): Promise<number> {
    const found = this.#last.then(() => this.#find(search))
    this.#last = found.catch(() => undefined)
    return found
  }

  async #find({ at, sinceMs, recordsMax, onRead }: OutputSearch): Promise<number> {
    const name = nameOf(at)
    const nowMs = Date.now()
    await this.#readOn(nowMs, onRead)
    for (let backMs = BACK_MS; ; backMs *= BACK_GROWTH) {
      const behind = this.#behind.get(name)
      if (behind !== undefined) return behind
      if (this.#fromMs <= (sinceMs ?? 0) || this.#records >= recordsMax) return 0
      await this.#readBack(Math.max(nowMs - backMs, sinceMs ?? 0), onRead)
    }
  }

  /** To what the leaders have now, where transactions of other lanes may still be open. */
  async #readOn(nowMs: number, onRead: OutputSearch['onRead']): Promise<void> {
    // To read backward again is less than to read on from there.
    if (nowMs - this.#readOnMs > BACK_MS) await this.#begin()
    this.#readOnMs = nowMs
    const ends = await Promise.all(this.#parts.map(part => highWatermark(this.#cluster, part)))
    const parts = this.#parts.map((part, index) => ({ ...part, readTo: ends[index] ?? part.to }))
    await this.#read(
      parts.map(({ readTo, ...part }) => ({ ...part, from: part.to, to: readTo })),
      onRead,
    )
    this.#parts = parts.map(({ readTo, ...part }) => ({ ...part, to: readTo }))
  }

  /** From the end of what can be read now. */
  async #begin(): Promise<void> {
    const { topics } = this.#outputs
    await this.#cluster.connect()
    await this.#cluster.addMultipleTargetTopics(topics)
    await this.#cluster.refreshMetadataIfNecessary()
    const partitions = topics.flatMap(topic =>
      this.#cluster
        .findTopicPartitionMetadata(topic)
        .map(({ partitionId: partition }) => ({ topic, partition })),
    )
    this.#parts = await Promise.all(
      partitions.map(async at => {
        const end = await offsetOf(this.#cluster, at, { fromBeginning: false })
        return { ...at, from: end, to: end }
      }),
    )
    this.#behind.clear()
    this.#fromMs = Infinity
    this.#records = 0
  }

  async #readBack(fromMs: number, onRead: OutputSearch['onRead']): Promise<void> {
    if (fromMs >= this.#fromMs) return
    const parts = await Promise.all(
      this.#parts.map(async part => {
        const found = await offsetOf(this.#cluster, part, { fromTimestamp: fromMs })
        return { ...part, readFrom: found < 0 ? part.from : Math.min(found, part.from) }
      }),
    )
    await this.#read(
      parts.map(({ readFrom, ...part }) => ({ ...part, from: readFrom, to: part.from })),
      onRead,
    )
    this.#parts = parts.map(({ readFrom, ...part }) => ({ ...part, from: readFrom }))
    this.#fromMs = fromMs
  }

  async #read(parts: readonly ReadPart[], onRead: OutputSearch['onRead']): Promise<void> {
    for (const part of parts) {
      for await (const { records } of readRange(this.#cluster, { ...part, fruitlessMax: FRUITLESS_MAX })) {
        onRead(records.length)
        this.#records += records.length
        for (const record of records) this.#note(record)
      }
    }
  }

  #note(record: LogRecord): void {
    const source = this.#outputs.sourceOf(record)
    if (source === null) return
    const name = nameOf(source)
    this.#behind.set(name, Math.max(source.offset + 1, this.#behind.get(name) ?? 0))
  }
}

async function highWatermark(cluster: Cluster, { to, ...at }: ReadPart): Promise<number> {
  const end = await fetchPartition(cluster, { ...at, offset: to, bytesMax: 1, waitMs: 0 })
  return Number(end.highWatermark)
}

async function offsetOf(
  cluster: Cluster,
  { topic, partition }: TopicPartition,
  query: Parameters<typeof findOffset>[2],
): Promise<number> {
  const offset = await findOffset(cluster, { topic, partition }, query)
  if (offset === undefined) throw new PipelineError('lane_unavailable', `${topic}/${partition} has no leader`)
  return offset
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`
}
