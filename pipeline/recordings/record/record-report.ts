import type { PartitionRange } from '../../kafka/recordings/find-ranges.ts'
import { amountText } from '../../terminal/amount-text.ts'
import type { Terminal } from '../../terminal/process-terminal.ts'
import { remainingText } from '../../terminal/remaining-text.ts'
import type { RecordedRecord } from '../recorded-record.ts'
import type { RecordingWriter } from '../recording-writer.ts'

/** Why no more was recorded. */
export type RecordEnd = 'complete' | 'interrupted' | 'max_records' | 'max_bytes'

export interface RecordReportOptions {
  readonly file: string
  readonly writer: Pick<RecordingWriter, 'bytes' | 'fileBytes'>
  readonly ranges: readonly PartitionRange[]
}

interface Tally {
  readonly topic: string
  readonly partition: number
  readonly fromOffset: number
  nextOffset: number
  records: number
}

/** Counts what is recorded, and says how far it is and what came of it. */
export class RecordReport {
  readonly #options: RecordReportOptions
  readonly #tallies: ReadonlyMap<string, Tally>
  readonly #startedMs = performance.now()
  #records = 0
  #firstMs = Infinity
  #lastMs = -Infinity

  constructor(options: RecordReportOptions) {
    this.#options = options
    this.#tallies = new Map(
      options.ranges.map(({ topic, partition, from }) => [
        `${topic}/${partition}`,
        { topic, partition, fromOffset: from, nextOffset: from, records: 0 },
      ]),
    )
  }

  add(records: readonly RecordedRecord[]): void {
    for (const { topic, partition, offset, timestampMs } of records) {
      const tally = this.#tallies.get(`${topic}/${partition}`)
      if (tally !== undefined) {
        tally.nextOffset = offset + 1
        tally.records++
      }
      this.#firstMs = Math.min(this.#firstMs, timestampMs)
      this.#lastMs = Math.max(this.#lastMs, timestampMs)
    }
    this.#records += records.length
  }

  /** Where it is now, on one line. */
  describe(): string {
    const ms = performance.now() - this.#startedMs
    const { ranges, writer } = this.#options
    const total = ranges.reduce((sum, { from, expectedTo }) => sum + (expectedTo ?? from) - from, 0)
    const amount = `${amountText(this.#records, 'count')} records  ${amountText(writer.bytes, 'bytes')}`
    if (total > 0) return `recording  ${amount}  ${remainingText({ part: this.#passed() / total, ms })}`
    const last = this.#records === 0 ? '' : `  up to ${new Date(this.#lastMs).toISOString()}`
    return `recording  ${amount}${last}  Ctrl-C ends it`
  }

  end(end: RecordEnd, { terminal, json }: { readonly terminal: Terminal; readonly json: boolean }): void {
    if (json) terminal.print(JSON.stringify(this.#document(end)))
    else for (const line of this.#lines(end)) terminal.print(line)
  }

  #passed(): number {
    const tallies = [...this.#tallies.values()]
    return tallies.reduce((sum, { fromOffset, nextOffset }) => sum + nextOffset - fromOffset, 0)
  }

  #lines(end: RecordEnd): readonly string[] {
    const { bytes, fileBytes } = this.#options.writer
    const packed = fileBytes === bytes ? '' : `, packed ${amountText(fileBytes, 'bytes')}`
    const size = `${amountText(this.#records, 'count')} records, ${amountText(bytes, 'bytes')}${packed}`
    const topics = Map.groupBy(this.#tallies.values(), ({ topic }) => topic)
    const width = Math.max(...[...topics.keys()].map(topic => topic.length))
    const ofTopics = [...topics].map(([topic, tallies]) => {
      const records = tallies.reduce((sum, tally) => sum + tally.records, 0)
      const partitions = `${tallies.length} partition${tallies.length === 1 ? '' : 's'}`
      return `  ${topic.padEnd(width)}  ${amountText(records, 'count')} records of ${partitions}`
    })
    const span = this.#records === 0 ? [] : [`  from ${isoOf(this.#firstMs)} to ${isoOf(this.#lastMs)}`]
    // What has no end of its own ends in this way.
    const isEndless = this.#options.ranges.some(({ to }) => to === null)
    const told = isEndless && end === 'interrupted' ? '' : ends[end]
    return [`${this.#options.file}: ${size}${told}`, ...ofTopics, ...span]
  }

  #document(ended: RecordEnd): Readonly<Record<string, unknown>> {
    const topics = Map.groupBy(this.#tallies.values(), ({ topic }) => topic)
    return {
      file: this.#options.file,
      ended,
      records: this.#records,
      bytes: this.#options.writer.bytes,
      file_bytes: this.#options.writer.fileBytes,
      first: this.#records === 0 ? null : isoOf(this.#firstMs),
      last: this.#records === 0 ? null : isoOf(this.#lastMs),
      topics: [...topics].map(([topic, tallies]) => ({
        topic,
        partitions: tallies.map(({ partition, fromOffset, nextOffset, records }) => ({
          partition,
          from_offset: `${fromOffset}`,
          to_offset: `${nextOffset}`,
          records,
        })),
      })),
    }
  }
}

const ends: Readonly<Record<RecordEnd, string>> = {
  complete: '',
  interrupted: ', interrupted',
  max_records: ', stopped by --max-records',
  max_bytes: ', stopped by --max-bytes',
}

function isoOf(ms: number): string {
  return new Date(ms).toISOString()
}
