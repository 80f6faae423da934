export type ViolationKind = 'lost' | 'duplicate' | 'illegal'

export interface Violation {
  readonly kind: ViolationKind
  readonly what: string
}

/** What was found wrong: every one is counted, the first of each kind are kept. */
export interface Violations {
  readonly counts: Readonly<Record<ViolationKind, number>>
  readonly kept: readonly Violation[]
  readonly add: (kind: ViolationKind, what: string) => void
}

export const KEPT_MAX = 200

/** Begins with none. */
export function violations(): Violations {
  const counts = { lost: 0, duplicate: 0, illegal: 0 }
  const kept: Violation[] = []
  return {
    counts,
    kept,
    add: (kind, what) => {
      counts[kind] += 1
      if (counts[kind] <= KEPT_MAX) kept.push({ kind, what })
    },
  }
}
