import { once } from 'node:events'
import { open } from 'node:fs/promises'
import type { WriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { finished, pipeline } from 'node:stream/promises'
import { constants, createGzip, type Gzip } from 'node:zlib'
import { PipelineError } from '../../schemas/failure.ts'
import type { RecordedRecord } from './recorded-record.ts'
import type { RecordingHeader } from './recording-header.ts'
import { recordingLine } from './recording-line.ts'

export interface OpenWriterOptions {
  /** Packed where its name ends in `.gz`. */
  readonly file: string
  readonly header: RecordingHeader
  /** Whether a file of that name is overwritten. */
  readonly force?: boolean
  /** Of all lines together, before they are packed. */
  readonly bytesMax?: number | undefined
}

/** Lines are written in pieces of this size. */
const PIECE_BYTES = 128 * 1024
const FLUSH_MS = 1000

/**
 * Writes a recording into a file, which can be read at any time: what has come lies in it after a second, and is valid but for its
 * end until `close`.
 */
export class RecordingWriter {
  readonly #file: string
  readonly #bytesMax: number
  readonly #stream: Pick<WriteStream, 'bytesWritten'>
  readonly #output: Writable
  readonly #gzip: Gzip | null
  readonly #ended: Promise<unknown>
  #records = 0
  #bytes = 0
  #flushedMs = performance.now()

  /** Creates the file, with its header. */
  static async open(options: OpenWriterOptions): Promise<RecordingWriter> {
    const { file, header, force = false } = options
    const handle = await open(file, force ? 'w' : 'wx').catch((cause: unknown) => {
      const code = codeOf(cause)
      const why =
        code === 'EEXIST' ? 'is there already: --force overwrites it' : `cannot be written (${code})`
      throw new PipelineError('config_invalid', `${file} ${why}`, { cause })
    })
    const writer = new RecordingWriter(handle.createWriteStream(), options)
    await writer.#put(Buffer.from(`${JSON.stringify(header)}\n`))
    return writer
  }

  private constructor(
    stream: Writable & Pick<WriteStream, 'bytesWritten'>,
    { file, bytesMax = Infinity }: OpenWriterOptions,
  ) {
    this.#file = file
    this.#bytesMax = bytesMax
    this.#gzip = file.endsWith('.gz') ? createGzip() : null
    this.#stream = stream
    this.#output = this.#gzip ?? stream
    this.#ended = this.#gzip === null ? finished(stream) : pipeline(this.#gzip, stream)
    // It is told of by whoever writes next, or closes.
    this.#ended.catch(() => undefined)
  }

  get records(): number {
    return this.#records
  }

  /** Of all lines, before they are packed. */
  get bytes(): number {
    return this.#bytes
  }

  /** Of the file, once it is closed. */
  get fileBytes(): number {
    return this.#stream.bytesWritten
  }

  /** Resolves when more may come, with how many of them are in the file: all, unless that would be too many bytes. */
  async write(records: readonly RecordedRecord[]): Promise<number> {
    let piece: Buffer[] = []
    let bytes = 0
    let written = 0
    for (const record of records) {
      const line = recordingLine(record)
      if (this.#bytes + bytes + line.length > this.#bytesMax) break
      piece.push(line)
      bytes += line.length
      written++
      if (bytes < PIECE_BYTES) continue
      await this.#put(Buffer.concat(piece))
      piece = []
      bytes = 0
    }
    if (bytes > 0) await this.#put(Buffer.concat(piece))
    this.#records += written
    this.flush()
    return written
  }

  /** Lets what has come be read, at most once a second: each time costs a little of the packing. */
  flush(): void {
    const nowMs = performance.now()
    if (this.#gzip === null || nowMs - this.#flushedMs < FLUSH_MS) return
    this.#flushedMs = nowMs
    this.#gzip.flush(constants.Z_SYNC_FLUSH)
  }

  /** Ends the file. */
  async close(): Promise<void> {
    this.#output.end()
    await this.#ended.catch(this.#fail)
  }

  async #put(piece: Buffer): Promise<void> {
    this.#bytes += piece.length
    if (this.#output.errored !== null) this.#fail(this.#output.errored)
    if (this.#output.write(piece)) return
    await Promise.race([once(this.#output, 'drain'), this.#ended]).catch(this.#fail)
  }

  readonly #fail = (cause: unknown): never => {
    const message = `${this.#file} cannot be written (${codeOf(cause)})`
    throw new PipelineError('recording_failed', message, { cause })
  }
}

/** Of an error of the system; any other is a bug. */
function codeOf(error: unknown): string {
  if (error instanceof Error && 'code' in error) return String(error.code)
  throw error
}
