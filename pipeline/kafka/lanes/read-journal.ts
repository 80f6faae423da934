import type Cluster from 'kafkajs/src/cluster/index.js'
import type { OffsetQuery } from 'kafkajs/src/cluster/index.js'
import { Observable } from 'rxjs'
import type { JournalBatch } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { readSlice } from './read-slice.ts'

const READ_COMMITTED = 1
const PARTITION_BYTES_MAX = 4 * 1024 * 1024
const WAIT_MS = 50
const FRUITLESS_MAX = 100

export interface ReadJournalOptions {
  readonly cluster: Cluster
  readonly journal: TopicPartition
  /** 0: from wherever the journal begins. */
  readonly fromOffset: number
  readonly sinceMs: number
  /** Makes a failure of the lane of an error of the client. */
  readonly explain: (error: unknown) => Promise<Error>
}

/**
 * Reads one partition once, to the end that it has when the reading begins; the previous owner is fenced by then, so
 * that nothing is open behind it.
 *
 * Shape:  one batch or more; the last one's `nextOffset` is the end.
 * Errors: `journal_gap` where the journal does not hold `fromOffset`; those of `explain`.
 */
export function readJournal(options: ReadJournalOptions): Observable<JournalBatch> {
  return new Observable(subscriber => {
    const emit = (batch: JournalBatch): boolean => {
      subscriber.next(batch)
      return !subscriber.closed
    }
    readToEnd(options, emit)
      .catch(async (error: unknown) => {
        throw await options.explain(error)
      })
      .then(
        () => {
          subscriber.complete()
        },
        (error: unknown) => {
          subscriber.error(error)
        },
      )
  })
}

async function readToEnd(options: ReadJournalOptions, emit: (batch: JournalBatch) => boolean): Promise<void> {
  const { cluster, journal } = options
  await cluster.connect()
  await cluster.addMultipleTargetTopics([journal.topic])
  await cluster.refreshMetadataIfNecessary()
  const end = await offsetOf(options, { fromBeginning: false })
  let position = await startOf(options, end)
  let fruitless = 0
  while (position < end && fruitless < FRUITLESS_MAX) {
    const { records, nextOffset } = await fetchSlice(options, position)
    fruitless = nextOffset > position ? 0 : fruitless + 1
    position = nextOffset
    if (records.length > 0 && !emit({ records, nextOffset: position })) return
  }
  if (position < end) {
    throw new PipelineError(
      'lane_unavailable',
      `${nameOf(journal)} cannot be read beyond ${position}, its end is ${end}`,
    )
  }
  emit({ records: [], nextOffset: position })
}

async function startOf(options: ReadJournalOptions, end: number): Promise<number> {
  const { journal, fromOffset, sinceMs } = options
  const beginning = await offsetOf(options, { fromBeginning: true })
  const gapBefore = fromOffset > 0 && fromOffset < beginning && beginning < end
  if (gapBefore || fromOffset > end) {
    const held = `it holds ${beginning} to ${end}, and ${fromOffset} is needed`
    throw new PipelineError(
      'journal_gap',
      `${nameOf(journal)} has lost records: ${held}; raise its retention`,
    )
  }
  const since = await offsetOf(options, { fromTimestamp: Math.max(0, Math.floor(sinceMs)) })
  return Math.max(beginning, Math.min(fromOffset, since < 0 ? end : since))
}

async function offsetOf(
  { cluster, journal: { topic, partition } }: ReadJournalOptions,
  query: OffsetQuery,
): Promise<number> {
  const [found] = await cluster.fetchTopicsOffset([{ topic, partitions: [{ partition }], ...query }])
  const offset = found?.partitions[0]?.offset
  if (offset === undefined)
    throw new PipelineError('topic_mismatch', `${topic} has no partition ${partition}`)
  return Number(offset)
}

async function fetchSlice({ cluster, journal: { topic, partition } }: ReadJournalOptions, position: number) {
  const leader = cluster
    .findTopicPartitionMetadata(topic)
    .find(({ partitionId }) => partitionId === partition)?.leader
  const broker = await cluster.findBroker({ nodeId: `${leader}` })
  const { responses } = await broker.fetch({
    isolationLevel: READ_COMMITTED,
    maxWaitTime: WAIT_MS,
    minBytes: 1,
    maxBytes: PARTITION_BYTES_MAX,
    topics: [
      { topic, partitions: [{ partition, fetchOffset: `${position}`, maxBytes: PARTITION_BYTES_MAX }] },
    ],
  })
  const fetched = responses[0]?.partitions[0]
  if (fetched === undefined)
    throw new PipelineError('lane_unavailable', `${topic}/${partition}: an empty answer`)
  return readSlice(fetched, position)
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `journal ${topic}/${partition}`
}
