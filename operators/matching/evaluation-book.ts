import type { EvaluationResult } from '../telemetry.ts'
import type { Evaluations } from './rule-table.ts'

export type ResultCounts = Readonly<Record<EvaluationResult, number>>

/** Counts results, and passes on and forgets what it has counted. */
export interface EvaluationCounter {
  readonly events: number
  settle(add: (ruleId: string, counts: ResultCounts) => void): void
}

/** The tables that still count: that in use, and that before it, which a lane may be in the middle of. */
const COUNTERS_MAX = 2
/** Most rules of former tables whose counts wait to be drained before that is due. */
const FORMER_RULES_MAX = 10_000

const results = ['match', 'no_match', 'unknown', 'no_key'] as const

/** What tables that follow one another have counted and nobody has drained yet. */
export class EvaluationBook {
  private readonly counters: EvaluationCounter[] = []
  private readonly former = new Map<string, ResultCounts>()

  /** Takes up the counter of the newest table. */
  follow(counter: EvaluationCounter): void {
    this.counters.push(counter)
    if (this.counters.length > COUNTERS_MAX) this.settle(this.counters.shift())
  }

  /** Whether at least so many events were counted, or rules that are gone pile up. */
  isDue(eventsMin: number): boolean {
    const events = this.counters.reduce((sum, counter) => sum + counter.events, 0)
    return events >= eventsMin || this.former.size > FORMER_RULES_MAX
  }

  drain(): readonly Evaluations[] {
    for (const counter of this.counters) this.settle(counter)
    const drained = [...this.former].flatMap(([ruleId, counts]) =>
      results.map(result => ({ ruleId, result, count: counts[result] })).filter(({ count }) => count > 0),
    )
    this.former.clear()
    return drained
  }

  private settle(counter: EvaluationCounter | undefined): void {
    counter?.settle((ruleId, counts) => {
      const before = this.former.get(ruleId)
      this.former.set(ruleId, before === undefined ? counts : sum(before, counts))
    })
  }
}

function sum(left: ResultCounts, right: ResultCounts): ResultCounts {
  return {
    match: left.match + right.match,
    no_match: left.no_match + right.no_match,
    unknown: left.unknown + right.unknown,
    no_key: left.no_key + right.no_key,
  }
}
