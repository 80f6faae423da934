import type { DecisionRecord } from './verify/committed-log.ts'

/** When a fault began and was over, epoch milliseconds. */
export interface FaultSpan {
  readonly names: readonly string[]
  readonly startedMs: number
  readonly endedMs: number
}

/** One event of a rule that decides at once: written and decided, epoch milliseconds. */
export interface Delay {
  readonly writtenMs: number
  readonly decidedMs: number
}

/** The events that a decision follows at once, by their own times. */
export function delaysOf(decisions: readonly DecisionRecord[], ruleId: string): readonly Delay[] {
  return decisions
    .filter(({ rule_id }) => rule_id === ruleId)
    .map(({ events, decided_at }) => ({
      writtenMs: Date.parse(events[0]?.timestamp ?? ''),
      decidedMs: Date.parse(decided_at),
    }))
}

/** For each fault: how long after its end the last event written during it was decided. */
export function recoveriesOf(spans: readonly FaultSpan[], delays: readonly Delay[]): readonly number[] {
  return spans.map(({ startedMs, endedMs }) =>
    delays
      .filter(({ writtenMs }) => writtenMs >= startedMs && writtenMs <= endedMs)
      .reduce((longest, { decidedMs }) => Math.max(longest, decidedMs - endedMs), 0),
  )
}

/** The value that the share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
