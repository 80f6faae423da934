const WORD_BITS = 32

/** Positions from 0 on, taken in rising order however they were added; some of them are certain. */
export class PositionSet {
  /** Of the positions taken last, from the start. */
  readonly positions: Int32Array
  /** Beside `positions`: 1 where it is certain. */
  readonly certain: Uint8Array
  private readonly words: Int32Array
  private readonly certainWords: Int32Array

  constructor(size: number) {
    this.positions = new Int32Array(size)
    this.certain = new Uint8Array(size)
    this.words = new Int32Array(Math.ceil(size / WORD_BITS))
    this.certainWords = new Int32Array(this.words.length)
  }

  add(position: number): void {
    const index = position >>> 5
    this.words[index] = (this.words[index] ?? 0) | (1 << (position & 31))
  }

  addCertain(position: number): void {
    const index = position >>> 5
    this.words[index] = (this.words[index] ?? 0) | (1 << (position & 31))
    this.certainWords[index] = (this.certainWords[index] ?? 0) | (1 << (position & 31))
  }

  /** How many were taken last. */
  count = 0

  /** Puts all positions into `positions`, each once, and says how many they are; nothing is added then. */
  take(): number {
    const { words, certainWords, positions, certain } = this
    let count = 0
    for (let index = 0; index < words.length; index += 1) {
      let word = words[index] ?? 0
      if (word === 0) continue
      const certainWord = certainWords[index] ?? 0
      words[index] = 0
      certainWords[index] = 0
      while (word !== 0) {
        const bit = 31 - Math.clz32(word & -word)
        positions[count] = index * WORD_BITS + bit
        certain[count] = (certainWord >>> bit) & 1
        count += 1
        word &= word - 1
      }
    }
    this.count = count
    return count
  }
}
