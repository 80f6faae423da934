import type { FieldCondition, PlainValue } from '../expression/field-conditions.ts'

/** What is known of some rule, and how many places it may have. */
export interface Conditioned {
  readonly left: readonly FieldCondition[]
  readonly places: number
}

/** How many rules ask for each value of each field: the fewer, the better it tells them apart. */
export class ValueCounts {
  private readonly counts = new Map<number, Map<PlainValue, number>>()

  add({ left }: Conditioned): void {
    for (const condition of left) {
      if (!('values' in condition)) continue
      const byValue = this.counts.get(condition.slot) ?? new Map<PlainValue, number>()
      this.counts.set(condition.slot, byValue)
      for (const value of condition.values) byValue.set(value, (byValue.get(value) ?? 0) + 1)
    }
  }

  /**
   * The condition to look a rule up by: that with the rarest values, else a threshold, else that a field is there; none
   * where all have too many values.
   */
  choose(item: Conditioned): FieldCondition | undefined {
    let best: FieldCondition | undefined
    let fewest = Infinity
    for (const condition of item.left) {
      const rules = this.rulesAt(condition, item)
      if (rules < fewest) best = condition
      fewest = Math.min(fewest, rules)
    }
    return best
  }

  /** How many rules a lookup by this condition may find, as far as that can be told. */
  private rulesAt(condition: FieldCondition, { places }: Conditioned): number {
    if (condition.kind === 'present') return Number.MAX_VALUE
    if (!('values' in condition)) return Number.MAX_SAFE_INTEGER
    if (condition.values.length > places) return Infinity
    const byValue = this.counts.get(condition.slot)
    let rules = 0
    for (const value of condition.values) rules += byValue?.get(value) ?? 0
    return rules
  }
}
