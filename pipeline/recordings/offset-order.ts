import { BadLine } from './bad-line.ts'
import type { RecordedRecord } from './recorded-record.ts'

/** Remembers the newest offset of every partition, for at most `partitionsMax` of them. */
export class OffsetOrder {
  readonly #partitionsMax: number
  readonly #newest = new Map<string, Map<number, number>>()
  #partitions = 0

  constructor(partitionsMax: number) {
    this.#partitionsMax = partitionsMax
  }

  /** Why a record cannot follow those before it; null where it can, and is the newest of its partition then. */
  follow({ topic, partition, offset }: RecordedRecord): BadLine | null {
    const newest = this.#newest.get(topic) ?? new Map<number, number>()
    const known = newest.get(partition)
    if (known !== undefined && offset <= known) {
      const which = offset === known ? 'is there twice' : `comes after ${known}, or is there twice`
      return new BadLine('offset_repeated', `offset ${offset} of ${topic}/${partition} ${which}`)
    }
    if (known === undefined) {
      if (this.#partitions === this.#partitionsMax) {
        return new BadLine('record_invalid', `there are more than ${this.#partitionsMax} partitions`)
      }
      this.#partitions++
      this.#newest.set(topic, newest)
    }
    newest.set(partition, offset)
    return null
  }
}
