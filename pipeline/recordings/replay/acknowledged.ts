/** A record of a target partition. */
interface PlacedRecord {
  readonly target: string
  readonly partition: number
  /** Counted from 0 in the file. */
  readonly index: number
}

/** Which records were acknowledged: in each target partition those up to one, since they are written in order there. */
export class Acknowledged {
  readonly #newest: Map<string, number>
  #records: number

  constructor(newest: Readonly<Record<string, number>> = {}, records = 0) {
    this.#newest = new Map(Object.entries(newest))
    this.#records = records
  }

  get records(): number {
    return this.#records
  }

  has({ target, partition, index }: PlacedRecord): boolean {
    return index <= (this.#newest.get(`${target}/${partition}`) ?? -1)
  }

  /** All of one partition, in order. */
  add(records: readonly PlacedRecord[]): void {
    const newest = records.at(-1)
    if (newest === undefined) return
    this.#newest.set(`${newest.target}/${newest.partition}`, newest.index)
    this.#records += records.length
  }

  toObject(): Record<string, number> {
    return Object.fromEntries(this.#newest)
  }
}
