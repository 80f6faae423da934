import { createReadStream } from 'node:fs'
import { createGunzip, type Gunzip } from 'node:zlib'
import { PipelineError } from '../../schemas/failure.ts'

/** What is wrong with compressed bytes; what was unpacked until then is whole where they are `cut`. */
export interface PackingFault {
  readonly kind: 'cut' | 'damaged'
  readonly detail: string
}

const READ_BYTES = 256 * 1024
/** It unpacks to at most a thousand times as much, and that is held at once. */
const PACKED_BYTES = 16 * 1024

/** The bytes of a file, unpacked where they are gzip, whatever its name is. */
export class UnpackedFile {
  readonly #file: string
  #fault: PackingFault | null = null

  constructor(file: string) {
    this.#file = file
  }

  /** Why the bytes ended before their end, once they have. */
  get fault(): PackingFault | null {
    return this.#fault
  }

  /** Chunks as they are read; ends early where there is a fault. */
  async *chunks(): AsyncGenerator<Buffer, undefined> {
    this.#fault = null
    const [first, rest] = await this.#begin()
    if (first[0] === 0x1f && first[1] === 0x8b) yield* this.#unpack(first, rest)
    else {
      if (first.length > 0) yield first
      yield* rest
    }
  }

  /** At least two bytes, where the file has them: a pipe may give one alone. */
  async #begin(): Promise<[Buffer, AsyncGenerator<Buffer, undefined>]> {
    const rest = this.#read()
    let first: Buffer = Buffer.alloc(0)
    while (first.length < 2) {
      const next = await nextOf(rest)
      if (next === null) break
      first = Buffer.concat([first, next])
    }
    return [first, rest]
  }

  async *#read(): AsyncGenerator<Buffer, undefined> {
    try {
      for await (const chunk of createReadStream(this.#file, { highWaterMark: READ_BYTES })) {
        if (Buffer.isBuffer(chunk)) yield chunk
      }
    } catch (cause) {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : null
      if (code === null) throw cause
      throw new PipelineError('recording_invalid', `${this.#file}: cannot be read (${code})`, { cause })
    }
  }

  async *#unpack(first: Buffer, rest: AsyncGenerator<Buffer, undefined>): AsyncGenerator<Buffer, undefined> {
    const unpacking = new Unpacking()
    try {
      for (let chunk: Buffer | null = first; chunk !== null; chunk = await nextOf(rest)) {
        for (let start = 0; start < chunk.length && unpacking.fault === null; start += PACKED_BYTES) {
          yield* await unpacking.write(chunk.subarray(start, start + PACKED_BYTES))
        }
        if (unpacking.fault !== null) break
      }
      yield* await unpacking.end()
      this.#fault = unpacking.fault
    } finally {
      unpacking.close()
      await rest.return(undefined)
    }
  }
}

async function nextOf(chunks: AsyncGenerator<Buffer, undefined>): Promise<Buffer | null> {
  const { value } = await chunks.next()
  return value ?? null
}

/** Unpacks piece by piece, and gives all of it: a stream drops what it still holds when it fails. */
class Unpacking {
  readonly #gunzip: Gunzip = createGunzip()
  #unpacked: Buffer[] = []
  #packedBytes = 0
  #fault: PackingFault | null = null
  #hasEnded = false
  #settle: () => void = () => undefined

  constructor() {
    this.#gunzip.on('data', (chunk: Buffer) => this.#unpacked.push(chunk))
    this.#gunzip.on('end', () => {
      this.#hasEnded = true
      this.#settle()
    })
    this.#gunzip.on('error', (error: NodeJS.ErrnoException) => {
      this.#fault = { kind: error.code === 'Z_BUF_ERROR' ? 'cut' : 'damaged', detail: error.message }
      this.#settle()
    })
  }

  get fault(): PackingFault | null {
    return this.#fault
  }

  async write(piece: Buffer): Promise<readonly Buffer[]> {
    this.#packedBytes += piece.length
    // Members that follow each other are unpacked as one; it ends early only where something else follows.
    if (!this.#hasEnded) await this.#settled(settle => this.#gunzip.write(piece, settle))
    if (this.#hasEnded) this.#refuseMore(piece)
    return this.#take()
  }

  async end(): Promise<readonly Buffer[]> {
    const mayEnd = !this.#hasEnded && this.#fault === null
    if (mayEnd) await this.#settled(() => this.#gunzip.end())
    return this.#take()
  }

  close(): void {
    this.#gunzip.close()
  }

  async #settled(start: (settle: () => void) => void): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<null>()
    this.#settle = () => resolve(null)
    start(this.#settle)
    await promise
  }

  /** Zeros may fill the end of a file up. */
  #refuseMore(piece: Buffer): void {
    const unread = Math.min(piece.length, this.#packedBytes - this.#gunzip.bytesWritten)
    if (piece.subarray(piece.length - unread).every(byte => byte === 0)) return
    this.#fault = { kind: 'damaged', detail: 'something else follows it' }
  }

  #take(): readonly Buffer[] {
    const unpacked = this.#unpacked
    this.#unpacked = []
    return unpacked
  }
}
