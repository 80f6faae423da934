/** A line of a file, without its end. */
export interface Line {
  /** Counted from 1. */
  readonly number: number
  /** Null where it is over the limit: its bytes are not kept. */
  readonly bytes: Buffer | null
}

const LINE_FEED = 10

/** Cuts a stream of bytes into lines; holds at most one of `lineBytesMax`. */
export class LineSplitter {
  readonly #lineBytesMax: number
  #number = 1
  #parts: Buffer[] = []
  #held = 0
  #isTooLong = false

  constructor(lineBytesMax: number) {
    this.#lineBytesMax = lineBytesMax
  }

  /** The number of the line that is underway. */
  get number(): number {
    return this.#number
  }

  /** The lines that end in this chunk, which stays in use until the last of them is taken. */
  *push(chunk: Buffer): Generator<Line> {
    let start = 0
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      const part = chunk.subarray(start, end)
      start = end + 1
      yield this.#line(part)
    }
    if (start < chunk.length) this.#hold(chunk.subarray(start))
  }

  /** What follows the last end of a line; null where nothing does. */
  rest(): Line | null {
    if (this.#held === 0) return null
    return this.#line(Buffer.alloc(0))
  }

  #line(part: Buffer): Line {
    const number = this.#number++
    const isWhole = this.#held === 0 && part.length <= this.#lineBytesMax
    if (!isWhole) this.#hold(part)
    const bytes = isWhole ? part : this.#isTooLong ? null : Buffer.concat(this.#parts)
    this.#drop()
    this.#isTooLong = false
    return { number, bytes }
  }

  #hold(part: Buffer): void {
    this.#held += part.length
    if (this.#held > this.#lineBytesMax) {
      this.#isTooLong = true
      this.#parts = []
    }
    if (!this.#isTooLong) this.#parts.push(part)
  }

  #drop(): void {
    this.#parts = []
    this.#held = 0
  }
}
