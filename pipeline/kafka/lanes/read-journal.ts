import type Cluster from 'kafkajs/src/cluster/index.js'
import type { OffsetQuery } from 'kafkajs/src/cluster/index.js'
import { KafkaJSOffsetOutOfRange } from 'kafkajs/src/errors.js'
import { Observable } from 'rxjs'
import type { JournalBatch, JournalStart } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import type { TopicPartition } from '../group/assign-partitions.ts'
import { fetchPartition } from './fetch-partition.ts'
import { findOffset } from './find-offset.ts'
import { readRange } from './read-range.ts'

const FRUITLESS_MAX = 100
// A transaction that writes to the journal leaves one marker behind its records.
const OFFSETS_PER_RECORD = 2

export interface ReadJournalOptions {
  readonly cluster: Cluster
  readonly journal: TopicPartition
  /** The partition whose journal it is, and the first offset that is not finished. */
  readonly source: TopicPartition & { readonly offset: number }
  /** A cursor of 0: from wherever the journal begins. */
  readonly start: JournalStart
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
  const { cluster, journal, source } = options
  await cluster.connect()
  await cluster.addMultipleTargetTopics([journal.topic, source.topic])
  await cluster.refreshMetadataIfNecessary()
  const end = await offsetOf(options, { fromBeginning: false })
  let position = await startOf(options, end)
  const range = { ...journal, from: position, to: end, fruitlessMax: FRUITLESS_MAX }
  for await (const batch of readRange(cluster, range)) {
    position = batch.nextOffset
    if (batch.records.length > 0 && !emit(batch)) return
  }
  emit({ records: [], nextOffset: position })
}

async function startOf(options: ReadJournalOptions, end: number): Promise<number> {
  const { journal, start } = options
  const { fromOffset, recordsMax } = start
  const beginning = await offsetOf(options, { fromBeginning: true })
  const gapBefore = fromOffset > 0 && fromOffset < beginning && beginning < end
  if (gapBefore || fromOffset > end) {
    const held = `it holds ${beginning} to ${end}, and ${fromOffset} is needed`
    throw new PipelineError(
      'journal_gap',
      `${nameOf(journal)} has lost records: ${held}; raise its retention`,
    )
  }
  if (fromOffset <= beginning) return beginning
  const sinceMs = Math.max(0, Math.floor((await neededSinceMs(options)) - start.memoryMs))
  const since = await offsetOf(options, { fromTimestamp: sinceMs })
  const remembered = Math.max(since < 0 ? end : since, end - OFFSETS_PER_RECORD * recordsMax)
  return Math.max(beginning, Math.min(fromOffset, remembered))
}

/** When what is taken next arrived; now where nothing waits. Aborted records and markers count: they are no younger than what follows. */
async function neededSinceMs({ cluster, source, start: { nowMs } }: ReadJournalOptions): Promise<number> {
  // One byte: the broker answers one batch in any case. A position that the log does not hold fails when the lane is read.
  const peeked = await fetchPartition(cluster, { ...source, bytesMax: 1, waitMs: 0 }).catch(noneOutOfRange)
  const first = peeked?.messages.find(({ offset }) => Number(offset) >= source.offset)
  return first === undefined ? nowMs : Math.min(nowMs, Number(first.timestamp))
}

async function offsetOf({ cluster, journal }: ReadJournalOptions, query: OffsetQuery): Promise<number> {
  const offset = await findOffset(cluster, journal, query)
  if (offset === undefined) {
    throw new PipelineError('topic_mismatch', `${journal.topic} has no partition ${journal.partition}`)
  }
  return offset
}

function noneOutOfRange(error: unknown): null {
  if (error instanceof KafkaJSOffsetOutOfRange) return null
  throw error
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `journal ${topic}/${partition}`
}
