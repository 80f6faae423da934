import type { BacktestReport } from '../../../../../schemas/backtest/backtest-report.ts'

type Timeline = NonNullable<BacktestReport['timeline']>

/** With many rules each has fewer steps, so that the page stays small: no screen shows them all. */
const POINTS_MAX = 13_000

/** A timeline of which so many steps are one that all its lanes together have at most `POINTS_MAX` points. */
export function coarserTimeline(timeline: Timeline): Timeline {
  const { start, events, rules } = timeline
  const lanes = Object.entries(rules)
  let merged = 1
  while ((events.length / merged) * lanes.length > POINTS_MAX) merged *= 2
  const sums = (counts: readonly number[]) => summed(counts, merged)
  return {
    start,
    bucket_seconds: timeline.bucket_seconds * merged,
    events: sums(events),
    rules: Object.fromEntries(
      lanes.map(([rule, { matches, windows, calls, alerts }]) => [
        rule,
        { matches: sums(matches), windows: sums(windows), calls: sums(calls), alerts: sums(alerts) },
      ]),
    ),
  }
}

function summed(counts: readonly number[], merged: number): number[] {
  return Array.from({ length: Math.ceil(counts.length / merged) }, (_, index) =>
    counts.slice(index * merged, (index + 1) * merged).reduce((sum, count) => sum + count, 0),
  )
}
