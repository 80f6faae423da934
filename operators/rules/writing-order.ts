import type { RuleWrite } from './rule-store.ts'

/** The writes as they lie in the log: those that take rules away come first, and make room for the others. */
export function writingOrder(writes: readonly RuleWrite[]): readonly RuleWrite[] {
  return [...writes.filter(({ rule }) => rule === null), ...writes.filter(({ rule }) => rule !== null)]
}
