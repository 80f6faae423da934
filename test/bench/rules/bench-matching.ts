import { createRuleTable } from '../../../operators/matching/create-rule-table.ts'
import type { RuleTable } from '../../../operators/matching/rule-table.ts'
import type { Event } from '../../../schemas/event.ts'
import { naiveRuleTable } from '../../support/naive-rule-table.ts'
import { printRow, rounded } from '../bench-report.ts'
import { cpuMicroseconds } from './cpu-microseconds.ts'
import { medianOf } from './median-of.ts'
import { ruleSet, type SetName } from './rule-set.ts'

export interface BenchMatchingOptions {
  readonly sets: readonly SetName[]
  readonly counts: readonly number[]
  readonly rounds: number
  readonly milliseconds: number
  readonly seed: number
}

/** Counts are looked at this often, as ROUTE does after each slice. */
const SLICE_EVENTS = 500
const EVENTS = 4096

/** Events that a table takes in a second of CPU time, and beside it one rule after the other; by turns. */
export function benchMatching({ sets, counts, rounds, milliseconds, seed }: BenchMatchingOptions): void {
  for (const name of sets) {
    for (const rules of counts) {
      const set = ruleSet({ name, rules, events: EVENTS, seed })
      const run = (table: RuleTable) => eventsPerSecond(table, set.events, milliseconds)
      const [indexed, naive] = [createRuleTable(set.rules), naiveRuleTable(set.rules)]
      for (const table of [indexed, naive]) run(table)
      const rates = Array.from({ length: rounds }, () => ({ indexed: run(indexed), naive: run(naive) }))
      const rate = medianOf(rates.map(round => round.indexed))
      const evaluated = name === 'types' ? evaluatedPerEvent(naive, set.events) : rules
      printRow({
        bench: 'rules-matching',
        set: name,
        rules,
        seed,
        matches_per_event: rounded(matchesPerEvent(indexed, set.events)),
        events_per_s: rounded(rate, 0),
        naive_events_per_s: rounded(medianOf(rates.map(round => round.naive)), 0),
        of_naive: rounded(medianOf(rates.map(round => round.indexed / round.naive)), 1),
        evaluations_per_s: rounded(rate * evaluated, 0),
      })
    }
  }
}

function eventsPerSecond(table: RuleTable, events: readonly Event[], milliseconds: number): number {
  let matched = 0
  let taken = 0
  let microseconds = 0
  while (microseconds < milliseconds * 1000) {
    microseconds += cpuMicroseconds(() => {
      for (let at = 0; at < 50; at += 1) {
        const event = events[taken % events.length]
        if (event !== undefined) matched += table.match(event).length
        taken += 1
        if (taken % SLICE_EVENTS === 0 && table.evaluationsDue) matched += table.drainEvaluations().length
      }
    })
  }
  if (matched < 0) throw new Error('nothing may be left out by a compiler')
  return (taken / microseconds) * 1_000_000
}

function matchesPerEvent(table: RuleTable, events: readonly Event[]): number {
  return events.reduce((sum, event) => sum + table.match(event).length, 0) / events.length
}

/** Rules of the type of an event, in the mean: each of them has one result for it. */
function evaluatedPerEvent(naive: RuleTable, events: readonly Event[]): number {
  naive.drainEvaluations()
  for (const event of events) naive.match(event)
  return naive.drainEvaluations().reduce((sum, { count }) => sum + count, 0) / events.length
}
