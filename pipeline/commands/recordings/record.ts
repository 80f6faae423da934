import { existsSync } from 'node:fs'
import type Cluster from 'kafkajs/src/cluster/index.js'
import { partitionCounts } from '../../kafka/dead-letters/partition-counts.ts'
import { kafkaCluster } from '../../kafka/kafka-cluster.ts'
import { findRanges, type PartitionRange } from '../../kafka/recordings/find-ranges.ts'
import { readRanges } from '../../kafka/recordings/read-ranges.ts'
import { fullTopicName } from '../../recordings/record/full-topic-name.ts'
import type { RangeBound } from '../../recordings/record/range-bound.ts'
import { type RecordEnd, RecordReport } from '../../recordings/record/record-report.ts'
import type { RecordedRecord } from '../../recordings/recorded-record.ts'
import { RECORDING_FORMAT, type RecordingHeader } from '../../recordings/recording-header.ts'
import { RecordingWriter } from '../../recordings/recording-writer.ts'
import type { CommandContext } from '../../terminal/command-context.ts'
import { exitCode } from '../../terminal/exit-code.ts'
import { ProgressLine } from '../../terminal/progress-line.ts'
import { runOnKafka } from '../run-on-kafka.ts'
import { untilInterrupted } from './until-interrupted.ts'

export interface RecordOptions extends CommandContext {
  /** By their names, or by the short names of the pipeline's own. */
  readonly topics: readonly string[]
  readonly out: string
  readonly from: RangeBound
  /** What is there now, where it is absent; never with `follow`. */
  readonly to?: RangeBound | undefined
  /** Goes on until it is interrupted. */
  readonly follow: boolean
  readonly recordsMax?: number | undefined
  readonly bytesMax?: number | undefined
  readonly force: boolean
  readonly version: string
}

/** What a shell makes of an interrupted command. */
const EXIT_INTERRUPTED = 130
const now: RangeBound = { kind: 'latest', at: 0, text: 'now' }

/** `record`: the records of topics, from one point to another or as they come, into a file. */
export async function record(options: RecordOptions): Promise<number> {
  const mistake = mistakeIn(options)
  if (mistake !== null) {
    options.terminal.note(mistake)
    return exitCode.usage
  }
  return runOnKafka(options, async ({ kafka }) => {
    const existing = new Set((await partitionCounts(kafka)).keys())
    const topics = [...new Set(options.topics.map(name => fullTopicName(name, kafka.topic_prefix, existing)))]
    const cluster = kafkaCluster(kafka, () => undefined)
    try {
      await cluster.connect()
      await cluster.addMultipleTargetTopics(topics)
      await cluster.refreshMetadataIfNecessary()
      return await recordFrom(cluster, options, topics)
    } finally {
      // What is fetched at this moment ends with it.
      void cluster.disconnect().catch(() => undefined)
    }
  })
}

function mistakeIn({ out, force, to }: RecordOptions): string | null {
  // Before anything is read, though opening the file says the same.
  if (existsSync(out) && !force) return `${out} is there already: --force overwrites it`
  if (to?.kind === 'time' && to.at > Date.now())
    return '--to lies ahead: --follow goes on with what is written'
  return null
}

async function recordFrom(
  cluster: Cluster,
  options: RecordOptions,
  topics: readonly string[],
): Promise<number> {
  const { from, follow, out, terminal } = options
  const to = options.to ?? now
  const ranges = await findRanges(cluster, { topics, from, to: follow ? null : to })
  const end = await untilInterrupted(async stopping => {
    const batches = read({ cluster, ranges, stopping, terminal })
    // No file is made where nothing comes.
    const first = follow ? [] : await firstOf(batches)
    if (first === null) return stopping.aborted ? 'interrupted' : null
    const writer = await RecordingWriter.open({ ...options, file: out, header: headerOf(options, ranges) })
    return write({ batches: andThen(first, batches), writer, ranges, stopping, options })
  })
  if (end === null) {
    terminal.note(`nothing to record: ${topics.join(', ')} has no record from ${from.text} to ${to.text}`)
    return exitCode.failed
  }
  // Without an end to reach, being interrupted is how it ends.
  return end === 'interrupted' && !follow ? EXIT_INTERRUPTED : exitCode.done
}

type Batches = AsyncGenerator<readonly RecordedRecord[], undefined>

interface Reading extends Pick<RecordOptions, 'terminal'> {
  readonly cluster: Cluster
  readonly ranges: readonly PartitionRange[]
  readonly stopping: AbortSignal
}

function read({ terminal, ...reading }: Reading): Batches {
  return readRanges({
    ...reading,
    onTrouble: problem => terminal.note(problem === null ? 'records come again' : `${problem}; trying again`),
    onGone: ({ topic, partition }, count) =>
      terminal.note(`${count} offsets of ${topic}/${partition} were deleted before they were read`),
  })
}

async function firstOf(batches: Batches): Promise<readonly RecordedRecord[] | null> {
  return (await batches.next()).value ?? null
}

async function* andThen(first: readonly RecordedRecord[], rest: Batches): Batches {
  yield first
  yield* rest
}

interface Writing {
  readonly batches: Batches
  readonly writer: RecordingWriter
  readonly ranges: readonly PartitionRange[]
  readonly stopping: AbortSignal
  readonly options: RecordOptions
}

/** Leaves a whole file behind, also where it fails. */
async function write({ batches, writer, ranges, stopping, options }: Writing): Promise<RecordEnd> {
  const { terminal, out: file } = options
  const report = new RecordReport({ file, ranges, writer })
  const describe = () => {
    writer.flush()
    return report.describe()
  }
  const line = new ProgressLine({ terminal, describe })
  try {
    const copied = await copy({ batches, writer, report, recordsMax: options.recordsMax })
    await writer.close()
    line.stop()
    const end = copied === 'complete' && stopping.aborted ? 'interrupted' : copied
    report.end(end, options)
    return end
  } catch (error) {
    await writer.close().catch(() => undefined)
    line.stop()
    terminal.note(`${file} holds ${writer.records} records, up to where it failed`)
    throw error
  }
}

interface Copying {
  readonly batches: Batches
  readonly writer: RecordingWriter
  readonly report: RecordReport
  readonly recordsMax: number | undefined
}

async function copy({ batches, writer, report, recordsMax = Infinity }: Copying): Promise<RecordEnd> {
  for await (const batch of batches) {
    const wanted = batch.slice(0, recordsMax - writer.records)
    const written = await writer.write(wanted)
    report.add(wanted.slice(0, written))
    if (written < wanted.length) return 'max_bytes'
    if (writer.records >= recordsMax) return 'max_records'
  }
  return 'complete'
}

function headerOf(
  { from, to, follow, version }: RecordOptions,
  ranges: readonly PartitionRange[],
): RecordingHeader {
  const topics = [...Map.groupBy(ranges, ({ topic }) => topic)]
  return {
    llmtrigger_recording: RECORDING_FORMAT,
    program: version,
    recorded_at: new Date().toISOString(),
    topics: topics.map(([topic, partitions]) => ({
      topic,
      partitions: partitions.map(range => ({
        partition: range.partition,
        from_offset: `${range.from}`,
        to_offset: range.expectedTo === null ? null : `${range.expectedTo}`,
      })),
    })),
    from: from.text,
    to: follow ? null : (to ?? now).text,
  }
}
