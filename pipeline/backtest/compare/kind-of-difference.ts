import type { DecisionSide, DifferenceKind } from '../../../schemas/backtest/backtest-difference.ts'
import type { CompactDecision } from './compact-decision.ts'
import type { EarlierDecision } from './earlier-decisions.ts'

/** How many events a decision shares with each of the earlier ones that it shares any with. */
export type Overlap = ReadonlyMap<EarlierDecision, number>

/** What makes two decisions on the same events differ, beside their outcomes. */
export interface Exactness {
  /** Confidence and reason. */
  readonly answers: boolean
  /** When the windows opened and closed, and what closed them. */
  readonly times: boolean
}

export interface ComparedPair {
  readonly before: EarlierDecision | null
  readonly after: CompactDecision
  readonly overlap: Overlap
}

/** How two decisions differ; null where they are the same. */
export function kindOfDifference(
  { before, after, overlap }: ComparedPair,
  exact: Exactness,
): DifferenceKind | null {
  if (overlap.size === 0) return 'only_after'
  if (before === null || !haveSameEvents(before.side, after.side, overlap.get(before))) return 'window'
  if (before.side.outcome !== after.side.outcome) return 'verdict'
  return kindOfInexact(before.side, after.side, exact)
}

function kindOfInexact(before: DecisionSide, after: DecisionSide, exact: Exactness): DifferenceKind | null {
  if (exact.times && !haveSameTimes(before, after)) return 'window'
  return exact.answers && !haveSameAnswers(before, after) ? 'verdict' : null
}

function haveSameEvents(before: DecisionSide, after: DecisionSide, shared: number | undefined): boolean {
  return shared === before.event_count && shared === after.event_count
}

function haveSameTimes(before: DecisionSide, after: DecisionSide): boolean {
  return (
    before.closed_by === after.closed_by &&
    before.closed_at === after.closed_at &&
    before.opened_at === after.opened_at
  )
}

function haveSameAnswers(before: DecisionSide, after: DecisionSide): boolean {
  return before.confidence === after.confidence && before.reason === after.reason
}
