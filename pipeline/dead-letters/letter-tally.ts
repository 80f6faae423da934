import { deadLetterReasonSchema } from '../../schemas/failure.ts'

const known: readonly string[] = deadLetterReasonSchema.options

/** Counts dead letters by their reason. Reasons of other versions count together. */
export class LetterTally {
  readonly #counts = new Map<string, number>()

  add(reason: string): void {
    const name = known.includes(reason) ? reason : 'other'
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1)
  }

  get count(): number {
    return [...this.#counts.values()].reduce((sum, count) => sum + count, 0)
  }

  /** Such as `12 dead letters: 8 decision_undecided, 4 event_invalid`, the most frequent first. */
  describe(): string {
    const { count } = this
    const parts = [...this.#counts].toSorted(([, one], [, other]) => other - one)
    const reasons = parts.map(([reason, of]) => `${of} ${reason}`).join(', ')
    return `${count} ${count === 1 ? 'dead letter' : 'dead letters'}${reasons === '' ? '' : `: ${reasons}`}`
  }
}
