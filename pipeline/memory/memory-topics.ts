import { EMPTY, type Observable, Subject } from 'rxjs'
import type { LogRecord } from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { type MemoryPartition, memoryPartition, type NewRecord } from './memory-partition.ts'

export interface MemoryTopicsOptions {
  /** Number of partitions by topic; a topic that is not named has one. */
  readonly partitions: Readonly<Record<string, number>>
  /** For logs that are longer than the memory; absent: every record is kept. */
  readonly retention?: MemoryRetention
}

/**
 * Keeps only what lanes have still to be given, so that no lane can be opened twice. A topic that is not named gets each
 * partition with its first record.
 */
export interface MemoryRetention {
  /** Most bytes of keys and values that wait in one partition; more is a `backlog_too_large`. */
  readonly bytesMax: number
  /** Takes what no lane reads. */
  readonly onUnread: (topic: string, record: LogRecord) => void
}

/** Of a topic that is not named. */
export const PARTITIONS_MAX = 10_000

/** The topics of an in-memory log, and what is kept of them. */
export class MemoryTopics {
  private readonly topics = new Map<string, Map<number, MemoryPartition>>()
  private readonly read = new Set<MemoryPartition>()
  private readonly grown$ = new Subject<readonly [topic: string, partition: number]>()
  private readonly options: MemoryTopicsOptions

  constructor(options: MemoryTopicsOptions) {
    this.options = options
  }

  /** The partitions of a topic that come after this call. */
  get growth$(): Observable<readonly [topic: string, partition: number]> {
    return this.options.retention === undefined ? EMPTY : this.grown$
  }

  of(topic: string): ReadonlyMap<number, MemoryPartition> {
    return this.opened(topic)
  }

  at(topic: string, partition: number): MemoryPartition {
    const found = this.opened(topic).get(partition)
    if (found !== undefined) return found
    if (!this.mayGrow(topic, partition)) {
      throw new PipelineError('topic_missing', `${topic} has no partition ${partition}`)
    }
    const made = memoryPartition()
    this.opened(topic).set(partition, made)
    this.grown$.next([topic, partition])
    return made
  }

  append(place: { topic: string; partition: number }, record: NewRecord, timestampMs: number): void {
    const { topic, partition } = place
    const { retention } = this.options
    const to = this.at(topic, partition)
    to.append(record, timestampMs)
    if (retention === undefined) return
    if (!this.read.has(to)) {
      for (const unread of to.records) retention.onUnread(topic, unread)
      to.dropBefore(to.end)
    } else if (to.bytes > retention.bytesMax) throw tooMuch(place, to)
  }

  /** A lane reads the partition; what it answers is to be told how far the lane was given its records. */
  reading(topic: string, partition: number): (nextOffset: number) => void {
    const from = this.at(topic, partition)
    if (this.options.retention === undefined) return () => undefined
    if (this.read.has(from))
      throw new Error(`${topic}/${partition}: its records were dropped for the lane before`)
    this.read.add(from)
    return nextOffset => {
      from.dropBefore(nextOffset)
    }
  }

  private opened(topic: string): Map<number, MemoryPartition> {
    const found = this.topics.get(topic)
    if (found !== undefined) return found
    const { partitions, retention } = this.options
    const count = partitions[topic] ?? (retention === undefined ? 1 : 0)
    const made = new Map(Array.from({ length: count }, (_, partition) => [partition, memoryPartition()]))
    this.topics.set(topic, made)
    return made
  }

  private mayGrow(topic: string, partition: number): boolean {
    const { partitions, retention } = this.options
    return retention !== undefined && partitions[topic] === undefined && partition < PARTITIONS_MAX
  }
}

function tooMuch({ topic, partition }: { topic: string; partition: number }, { bytes }: MemoryPartition) {
  const message = `${bytes} bytes of ${topic}/${partition} wait for their turn, which is more than is kept: their models are too slow, or their limits too low`
  return new PipelineError('backlog_too_large', message)
}
