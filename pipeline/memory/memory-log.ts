import {
  BehaviorSubject,
  defer,
  EMPTY,
  endWith,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  retry,
  type SchedulerLike,
  takeUntil,
  throwError,
  timer,
} from 'rxjs'
import { murmur2 } from '../../operators/lanes/murmur2.ts'
import type {
  Lane,
  LaneSubscription,
  LogRecord,
  OutputRecord,
  RunLanes,
  StageStatus,
} from '../../operators/lanes/lane.ts'
import { PipelineError } from '../../schemas/failure.ts'
import { type CommittedOffset, memoryLane } from './memory-lane.ts'
import { type MemoryPartition, memoryPartition, type NewRecord } from './memory-partition.ts'

export interface MemoryLogOptions {
  /** Number of partitions by topic; a topic that is not named has one. */
  readonly partitions: Readonly<Record<string, number>>
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

export interface LanePlace {
  readonly topic: string
  readonly partition: number
  readonly from: 'earliest' | 'latest'
}

const REOPEN_MS = 50

/** An in-memory log with the same promises as the real one, for demos, backtests and tests. */
export function memoryLog({ partitions, clock }: MemoryLogOptions): MemoryLog {
  const topics = new Map<string, readonly MemoryPartition[]>()
  const offsets = new Map<string, CommittedOffset>()

  const topicOf = (topic: string): readonly MemoryPartition[] => {
    const found = topics.get(topic) ?? Array.from({ length: partitions[topic] ?? 1 }, memoryPartition)
    topics.set(topic, found)
    return found
  }
  const partitionAt = (topic: string, partition: number): MemoryPartition => {
    const found = topicOf(topic)[partition]
    if (found === undefined) {
      throw new PipelineError('topic_missing', `${topic} has no partition ${partition}`)
    }
    return found
  }
  const committed = (groupId: string, topic: string, partition: number): CommittedOffset => {
    const name = `${groupId}/${topic}/${partition}`
    const found = offsets.get(name) ?? { offset: -1, metadata: '', owner: Symbol('nobody') }
    offsets.set(name, found)
    return found
  }
  const prepare = (records: readonly OutputRecord[]) => {
    const writes = records.map(record => ({ record, to: partitionAt(record.topic, record.partition) }))
    return () => {
      for (const { record, to } of writes) to.append(record, clock.now())
    }
  }

  const openLane = ({ groupId, journalTopic, stopping$ }: LaneSubscription, place: LanePlace): Lane => {
    const { topic, partition, from } = place
    const source = partitionAt(topic, partition)
    const offset = committed(groupId, topic, partition)
    if (offset.offset < 0) offset.offset = from === 'earliest' ? 0 : source.records.length
    const journal = journalTopic === undefined ? null : partitionAt(journalTopic, partition)
    return memoryLane({ topic, partition, source, journal, committed: offset, stopping$, prepare })
  }

  return {
    append(topic, record) {
      const at =
        record.partition ?? (murmur2(record.key?.toString() ?? '') & 0x7fffffff) % topicOf(topic).length
      partitionAt(topic, at).append(record, record.timestampMs ?? clock.now())
    },
    records: (topic, partition) =>
      partition === undefined
        ? topicOf(topic).flatMap(({ records }) => records)
        : partitionAt(topic, partition).records,
    committed,
    openLane,
    runLanes: (subscription, chain) =>
      runLanes({
        stage: subscription.stage,
        places: subscription.topics.flatMap(({ topic, from }) =>
          topicOf(topic).map((_, partition) => ({ topic, partition, from })),
        ),
        run: place => chain(openLane(subscription, place)),
        clock,
      }),
  }
}

interface RunOptions {
  readonly stage: StageStatus['stage']
  readonly places: readonly LanePlace[]
  readonly run: (place: LanePlace) => Observable<unknown>
  readonly clock: SchedulerLike
}

function runLanes({ stage, places, run, clock }: RunOptions): Observable<StageStatus> {
  return defer(() => {
    const status$ = new BehaviorSubject<StageStatus>({
      stage,
      assigned: places.length,
      open: 0,
      problem: null,
    })
    const change = (by: number) => {
      status$.next({ ...status$.value, open: status$.value.open + by })
    }
    const lanes = places.map(place =>
      defer(() => {
        change(1)
        return run(place).pipe(
          finalize(() => {
            change(-1)
          }),
        )
      }).pipe(
        retry({
          delay: (error: unknown) =>
            error instanceof PipelineError && error.retryable
              ? timer(REOPEN_MS, clock)
              : throwError(() => error),
        }),
        ignoreElements(),
      ),
    )
    const all$ = merge(...lanes, EMPTY)
    return status$.pipe(takeUntil(all$.pipe(endWith(null))))
  })
}
