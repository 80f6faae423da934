import type Cluster from 'kafkajs/src/cluster/index.js'
import type { HeaderValue, LogRecord } from '../../../operators/lanes/lane.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { TimeMerge } from '../../recordings/record/time-merge.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import { Bell } from '../../tail/bell.ts'
import { type FetchTarget, fetchLanes } from '../lanes/fetch-lanes.ts'
import type { Slice } from '../lanes/read-slice.ts'
import { topicOffsets } from '../reading/topic-offsets.ts'
import type { PartitionRange } from './find-ranges.ts'

export interface ReadRangesOptions {
  /** Connected, and knows the topics. */
  readonly cluster: Cluster
  readonly ranges: readonly PartitionRange[]
  /** Ends the reading of ranges at once, and that of what has no end with all that has come. */
  readonly stopping: AbortSignal
  /** Records cannot be fetched; null when they can again. It is tried again until then. */
  readonly onTrouble: (problem: string | null) => void
  /** So many offsets of a partition were deleted before they could be read. */
  readonly onGone: (range: PartitionRange, count: number) => void
}

const BATCH_MAX = 1000
const HELD_BYTES_MAX = 48 * 1024 * 1024
const HOLD_MS = 1000
const WAIT_MS = 250
const ANSWER_BYTES_MAX = 2 * 1024 * 1024
/** Longer than a broker takes to come back, and than a transaction stays open that would hold a range up. */
const STANDSTILL_MS_MAX = 60_000

/** Reads the committed records of ranges of many partitions, in the order of their times, holding little of each. */
export async function* readRanges(
  options: ReadRangesOptions,
): AsyncGenerator<readonly RecordedRecord[], undefined> {
  const { cluster, ranges, stopping } = options
  const isEndless = ranges.some(({ to }) => to === null)
  const holdMs = isEndless ? HOLD_MS : null
  const merge = new TimeMerge({ partitions: ranges.length, bytesMax: HELD_BYTES_MAX, holdMs })
  const bell = new Bell()
  const readings = ranges.map(
    (range, index) => new PartitionReading({ ...options, range, index, merge, bell }),
  )
  const failed = () => readings.find(({ failure }) => failure !== null)?.failure ?? null
  const fetches = fetchLanes(cluster, options.onTrouble, { waitMs: WAIT_MS, bytesMax: ANSWER_BYTES_MAX })
  const ring = () => bell.ring()
  stopping.addEventListener('abort', ring, { once: true })
  for (const reading of readings) fetches.add(reading)
  try {
    yield* merged({ merge, bell, isEndless, stopping, failed })
  } finally {
    fetches.stop()
    stopping.removeEventListener('abort', ring)
  }
}

interface Merging {
  readonly merge: TimeMerge
  readonly bell: Bell
  readonly isEndless: boolean
  readonly stopping: AbortSignal
  readonly failed: () => PipelineError | null
}

async function* merged(merging: Merging): AsyncGenerator<readonly RecordedRecord[], undefined> {
  const { merge, isEndless, stopping } = merging
  while (!stopping.aborted) {
    const batch = merge.take(BATCH_MAX, Date.now())
    if (batch.length > 0) yield batch
    else if (merge.isDone) return
    else await more(merging)
  }
  if (!isEndless) return
  for (let rest = merge.drain(BATCH_MAX); rest.length > 0; rest = merge.drain(BATCH_MAX)) yield rest
}

async function more({ bell, isEndless, failed }: Merging): Promise<void> {
  const came = await bell.rings(isEndless ? HOLD_MS / 4 : STANDSTILL_MS_MAX)
  const failure = failed()
  if (failure !== null) throw failure
  if (came || isEndless) return
  throw new PipelineError('log_unavailable', `nothing has come for ${STANDSTILL_MS_MAX / 1000} s`)
}

interface PartitionReadingOptions extends Pick<ReadRangesOptions, 'cluster' | 'onGone'> {
  readonly range: PartitionRange
  readonly index: number
  readonly merge: TimeMerge
  readonly bell: Bell
}

class PartitionReading implements FetchTarget {
  readonly topic: string
  readonly partition: number
  readonly wantsEnd = false
  failure: PipelineError | null = null
  readonly #options: PartitionReadingOptions
  #position: number
  #isSeeking = false
  #hasBegun = false

  constructor(options: PartitionReadingOptions) {
    const { topic, partition, from, to } = options.range
    this.topic = topic
    this.partition = partition
    this.#options = options
    this.#position = from
    if (to !== null && from >= to) options.merge.finish(options.index)
  }

  get position(): number {
    return this.#position
  }

  get wanted(): boolean {
    return !this.#isSeeking && this.failure === null && this.#options.merge.wants(this.#options.index)
  }

  take({ records, nextOffset, lastStableOffset }: Slice): void {
    const { index, merge, bell } = this.#options
    const hasMoved = nextOffset > this.#position
    this.#position = nextOffset
    const { own, isEnd } = this.#within(records)
    merge.add(index, own, { nowMs: Date.now(), isAtEnd: nextOffset >= lastStableOffset })
    if (isEnd) merge.finish(index)
    if (hasMoved) bell.ring()
  }

  /** Those that belong to the range, and whether it ends with them. */
  #within(records: readonly LogRecord[]): {
    readonly own: readonly RecordedRecord[]
    readonly isEnd: boolean
  } {
    const { range } = this.#options
    const { topic, partition, fromMs = -Infinity, to } = range
    const end = records.findIndex(record => isBehind(record, range))
    const own: RecordedRecord[] = []
    for (const record of end < 0 ? records : records.slice(0, end)) {
      this.#hasBegun ||= record.timestampMs >= fromMs
      if (this.#hasBegun) own.push({ topic, partition, ...ownRecord(record) })
    }
    return { own, isEnd: end >= 0 || (to !== null && this.#position >= to) }
  }

  outOfRange(error: Error): void {
    this.#isSeeking = true
    void this.#seek(error).finally(() => {
      this.#isSeeking = false
      this.#options.bell.ring()
    })
  }

  /** What is older than the log's beginning was deleted meanwhile; anything else is another topic of that name. */
  async #seek(cause: Error): Promise<void> {
    const { cluster, range, index, merge, onGone } = this.#options
    const begin = await topicOffsets(cluster, this.topic, { fromBeginning: true }).then(
      begins => begins[this.partition] ?? 0,
      () => null,
    )
    // It is tried again.
    if (begin === null) return
    if (begin <= this.#position) {
      const message = `${this.topic}/${this.partition} does not hold offset ${this.#position} any more`
      this.failure = new PipelineError('log_unavailable', message, { cause })
      return
    }
    onGone(range, Math.min(begin, range.to ?? begin) - this.#position)
    this.#position = begin
    if (range.to !== null && begin >= range.to) merge.finish(index)
  }
}

function isBehind({ offset, timestampMs }: LogRecord, { to, toMs = Infinity }: PartitionRange): boolean {
  return timestampMs >= toMs || (to !== null && offset >= to)
}

/** Bytes that were fetched are a view of megabytes, which live as long as the view. */
function ownRecord({
  offset,
  timestampMs,
  key,
  value,
  headers,
}: LogRecord): Omit<RecordedRecord, 'topic' | 'partition'> {
  const own = (bytes: HeaderValue) => (bytes === null ? null : Buffer.from(bytes))
  const names = Object.keys(headers)
  const ownHeaders = names.map(name => {
    const header = headers[name] ?? null
    return [name, Array.isArray(header) ? header.map(own) : own(header)] as const
  })
  return {
    offset,
    timestampMs,
    key: key && Buffer.from(key),
    value: value && Buffer.from(value),
    headers: names.length === 0 ? headers : Object.fromEntries(ownHeaders),
  }
}
