import { PipelineError } from '../../schemas/failure.ts'
import { BadLine, type SkipReason } from './bad-line.ts'
import { LineSplitter, type Line } from './line-splitter.ts'
import { OffsetOrder } from './offset-order.ts'
import { parseLine } from './parse-line.ts'
import type { RecordedRecord } from './recorded-record.ts'
import type { RecordingHeader } from './recording-header.ts'
import { RECORDING_LINE_BYTES_MAX } from './recording-line.ts'
import { type PackingFault, UnpackedFile } from './unpacked-file.ts'

export interface OpenRecordingOptions {
  /** Passes bad lines over and counts them, instead of failing at the first. */
  readonly skipBad?: boolean
}

/** How many lines were passed over, by reason. */
export type SkippedLines = Readonly<Partial<Record<SkipReason, number>>>

/** A file of records, which is read while they are taken. */
export interface Recording {
  readonly file: string
  /** Of the latest reading: the first header, once it is read; null where there is none. */
  readonly header: RecordingHeader | null
  /** Of the latest reading, so far. */
  readonly skipped: SkippedLines
  /**
   * Reads the file from its beginning: batches of at most `RECORDING_BATCH_MAX` records, in the order of the file, which
   * may go back in time within a partition, and never in offsets.
   *
   * Fails with `recording_invalid`, and FILE:LINE in the message. Where the compressed bytes are damaged it is known only
   * behind all records that none of them can be trusted.
   */
  batches(): AsyncIterable<readonly RecordedRecord[]>
}

/** Records in a batch. */
export const RECORDING_BATCH_MAX = 1000
const BATCH_BYTES_MAX = 4 * 1024 * 1024
/** Topics times partitions in a recording. */
export const RECORDING_PARTITIONS_MAX = 10_000

/** A recording, plain or gzip; nothing is read before its batches are. */
export function openRecording(file: string, { skipBad = false }: OpenRecordingOptions = {}): Recording {
  let reading = new Reading(file, skipBad)
  return {
    file,
    get header() {
      return reading.header
    },
    get skipped() {
      return Object.fromEntries(reading.skipped)
    },
    batches() {
      reading = new Reading(file, skipBad)
      return reading.batches()
    },
  }
}

class Reading {
  readonly skipped = new Map<SkipReason, number>()
  readonly #file: string
  readonly #skipBad: boolean
  readonly #lines = new LineSplitter(RECORDING_LINE_BYTES_MAX)
  readonly #order = new OffsetOrder(RECORDING_PARTITIONS_MAX)
  #header: RecordingHeader | null = null
  #records = 0
  /** Lines of a format that is unknown follow. */
  #isForeign = false

  constructor(file: string, skipBad: boolean) {
    this.#file = file
    this.#skipBad = skipBad
  }

  get header(): RecordingHeader | null {
    return this.#header
  }

  async *batches(): AsyncGenerator<readonly RecordedRecord[]> {
    const source = new UnpackedFile(this.#file)
    const batch = new Batch()
    for await (const chunk of source.chunks()) {
      for (const line of this.#lines.push(chunk)) {
        batch.add(this.#take(line), line)
        if (batch.isFull) yield batch.take()
      }
    }
    batch.add(this.#end(source.fault))
    if (!batch.isEmpty) yield batch.take()
    if (this.#records === 0) throw this.#empty()
  }

  #take({ number, bytes }: Line, toEnd = false): RecordedRecord | null {
    const found = bytes === null ? tooLong : parseLine(bytes)
    if (found === null) return null
    if ('llmtrigger_recording' in found) return this.#begin(found)
    const judged = this.#judge(found)
    if (judged instanceof BadLine) return this.#pass(toEnd ? cutOf(judged) : judged, number)
    this.#records++
    return judged
  }

  #begin(header: RecordingHeader): null {
    this.#header ??= header
    this.#isForeign = false
    return null
  }

  #judge(found: RecordedRecord | BadLine): RecordedRecord | BadLine {
    if (this.#isForeign) return foreign
    if (!(found instanceof BadLine)) return this.#order.follow(found) ?? found
    this.#isForeign = found.reason === 'version_unknown'
    return found
  }

  /** What is left when the file ends: a last line without an end, or less than the file was to have. */
  #end(fault: PackingFault | null): RecordedRecord | null {
    const { number } = this.#lines
    const rest = this.#lines.rest()
    if (fault?.kind === 'damaged') {
      // Passing over does not help: what is wrong may look right, anywhere before.
      const problem = `the gzip data is damaged (${fault.detail}): none of its records can be trusted`
      throw this.#failure(number, problem)
    }
    if (fault !== null) {
      this.#pass(new BadLine('cut_short', `the gzip data is cut off (${fault.detail})`), number)
      // Half a line is part of the same loss.
      if (rest === null || rest.bytes === null || parseLine(rest.bytes) instanceof BadLine) return null
    }
    return rest === null ? null : this.#take(rest, true)
  }

  /** Counts a line that is passed over, or fails. */
  #pass({ reason, problem }: BadLine, number: number): null {
    if (!this.#skipBad) throw this.#failure(number, problem)
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1)
    return null
  }

  #failure(number: number, problem: string): PipelineError {
    return new PipelineError('recording_invalid', `${this.#file}:${number}: ${problem}`)
  }

  #empty(): PipelineError {
    const skipped = [...this.skipped].map(([reason, count]) => `${reason}: ${count}`)
    const over = skipped.length === 0 ? '' : `; passed over: ${skipped.join(', ')}`
    return new PipelineError('recording_invalid', `${this.#file}: the recording holds no record${over}`)
  }
}

class Batch {
  #records: RecordedRecord[] = []
  #bytes = 0

  get isEmpty(): boolean {
    return this.#records.length === 0
  }

  get isFull(): boolean {
    return this.#records.length === RECORDING_BATCH_MAX || this.#bytes >= BATCH_BYTES_MAX
  }

  add(record: RecordedRecord | null, line?: Line): void {
    if (record === null) return
    this.#records.push(record)
    this.#bytes += line?.bytes?.length ?? 0
  }

  take(): readonly RecordedRecord[] {
    const records = this.#records
    this.#records = []
    this.#bytes = 0
    return records
  }
}

const tooLong = new BadLine('line_too_long', `the line is over ${RECORDING_LINE_BYTES_MAX} bytes`)
const foreign = new BadLine('version_unknown', 'it follows the header of a format that is unknown')

/** A last line that has no end, and makes no sense, was longer. */
function cutOf({ reason, problem }: BadLine): BadLine {
  const isCut = reason === 'not_json' || reason === 'not_utf8'
  return new BadLine(isCut ? 'cut_short' : reason, isCut ? `the last line is cut off (${problem})` : problem)
}
