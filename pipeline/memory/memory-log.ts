import type { SchedulerLike } from 'rxjs'
import { murmur2 } from '../../operators/lanes/murmur2.ts'
import type { Lane, LaneSubscription, LogRecord, OutputRecord, RunLanes } from '../../operators/lanes/lane.ts'
import { type CommittedOffset, memoryLane } from './memory-lane.ts'
import type { NewRecord } from './memory-partition.ts'
import { MemoryTopics, type MemoryTopicsOptions } from './memory-topics.ts'
import { type LanePlace, runMemoryLanes } from './run-memory-lanes.ts'

export interface MemoryLogOptions extends MemoryTopicsOptions {
  readonly clock: SchedulerLike
}

/** The log port inside one process: append time is the clock's, and a commit takes effect at once. */
export interface MemoryLog {
  /** Without a partition the key's hash decides. The timestamp is the clock's unless the record brings its own. */
  append(
    topic: string,
    record: NewRecord & { readonly partition?: number; readonly timestampMs?: number },
  ): void
  /** All records of a topic, or the growing list of one partition's. */
  records(topic: string, partition?: number): readonly LogRecord[]
  /** What a group has committed for a partition. */
  committed(groupId: string, topic: string, partition: number): Readonly<CommittedOffset>
  /** Opens one lane, which fences its previous owner: for those who drive lanes themselves. */
  openLane(subscription: LaneSubscription, place: LanePlace): Lane
  readonly runLanes: RunLanes
}

/** An in-memory log with the same promises as the real one, for demos, backtests and tests. */
export function memoryLog({ clock, ...options }: MemoryLogOptions): MemoryLog {
  const topics = new MemoryTopics(options)
  const offsets = new Map<string, CommittedOffset>()

  const committed = (groupId: string, topic: string, partition: number): CommittedOffset => {
    const name = `${groupId}/${topic}/${partition}`
    const found = offsets.get(name) ?? { offset: -1, metadata: '', owner: Symbol('nobody') }
    offsets.set(name, found)
    return found
  }
  const prepare = (records: readonly OutputRecord[]) => {
    for (const { topic, partition } of records) topics.at(topic, partition)
    return () => {
      for (const { topic, partition, key, value, headers } of records) {
        topics.append({ topic, partition }, { key, value, ...(headers && { headers }) }, clock.now())
      }
    }
  }

  const openLane = ({ groupId, journalTopic, stopping$ }: LaneSubscription, place: LanePlace): Lane => {
    const { topic, partition, from } = place
    const onDelivered = topics.reading(topic, partition)
    const source = topics.at(topic, partition)
    const offset = committed(groupId, topic, partition)
    if (offset.offset < 0) offset.offset = from === 'earliest' ? 0 : source.end
    const journal = journalTopic === undefined ? null : topics.at(journalTopic, partition)
    const own = { source, journal, committed: offset, onDelivered }
    return memoryLane({ topic, partition, ...own, stopping$, prepare })
  }

  return {
    append(topic, record) {
      const count = Math.max(topics.of(topic).size, 1)
      const partition = record.partition ?? (murmur2(record.key?.toString() ?? '') & 0x7fffffff) % count
      topics.append({ topic, partition }, record, record.timestampMs ?? clock.now())
    },
    records: (topic, partition) =>
      partition === undefined
        ? [...topics.of(topic).values()].flatMap(({ records }) => records)
        : topics.at(topic, partition).records,
    committed,
    openLane,
    runLanes: (subscription, chain) =>
      runMemoryLanes(subscription, { topics, run: place => chain(openLane(subscription, place)), clock }),
  }
}
