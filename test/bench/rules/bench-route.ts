import { of } from 'rxjs'
import { routeEvents } from '../../../operators/events/route-events.ts'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import type { RuleTable } from '../../../operators/matching/rule-table.ts'
import { fixedRules } from '../../../operators/rules/fixed-rules.ts'
import { createMetrics } from '../../../pipeline/metrics/create-metrics.ts'
import { printRow, rounded } from '../bench-report.ts'
import { cpuMicroseconds } from './cpu-microseconds.ts'
import { medianOf } from './median-of.ts'
import { ruleSet, type SetName } from './rule-set.ts'

export interface BenchRouteOptions {
  readonly sets: readonly SetName[]
  readonly counts: readonly number[]
  readonly rounds: number
  readonly milliseconds: number
  readonly seed: number
}

const SLICE_EVENTS = 500
const SLICES = 8
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

/**
 * CPU time of ROUTE for an event: from the bytes of its record to those of its work records, counted in the metrics of the
 * process; without Kafka. Beside it without the writing of work records, which depends on the matches and not on the rules. All
 * counts of rules by turns, so that their ratios are of one run.
 */
export function benchRoute({ sets, counts, rounds, milliseconds, seed }: BenchRouteOptions): void {
  for (const name of sets) {
    const routes = counts.flatMap(rules =>
      [true, false].map(writes => ({ rules, writes, route: prepare(name, { rules, seed, writes }) })),
    )
    for (const { route } of routes) route(milliseconds)
    const measured = Array.from({ length: rounds }, () => routes.map(({ route }) => route(milliseconds)))
    for (const [index, { rules, writes, route }] of routes.entries()) {
      const ofOne = measured.map(round => (round[index] ?? NaN) / (round[writes ? 0 : 1] ?? NaN))
      printRow({
        bench: 'rules-route',
        set: name,
        rules,
        seed,
        event_bytes: rounded(route.bytesPerEvent, 0),
        matches_per_event: rounded(route.matchesPerEvent(), 3),
        writes_work: writes ? 'yes' : 'no',
        cpu_us_per_event: rounded(medianOf(measured.map(round => round[index] ?? NaN))),
        of_first: rounded(medianOf(ofOne)),
      })
    }
  }
}

interface Prepare {
  readonly rules: number
  readonly seed: number
  readonly writes: boolean
}

function prepare(name: SetName, { rules, seed, writes }: Prepare) {
  const set = ruleSet({ name, rules, events: SLICE_EVENTS * SLICES, seed })
  const records = set.events.map((event, offset): LogRecord => {
    const value = Buffer.from(JSON.stringify(event))
    return { offset, timestampMs: START_MS + offset, key: Buffer.from(event.context_key), value, headers: {} }
  })
  const slices = Array.from({ length: SLICES }, (_, index) => ({
    kind: 'records' as const,
    records: records.slice(index * SLICE_EVENTS, (index + 1) * SLICE_EVENTS),
    nextOffset: (index + 1) * SLICE_EVENTS,
  }))
  const { table } = fixedRules(set.rules)
  let matched = 0
  const match: RuleTable['match'] = event => {
    const matches = table.match(event)
    matched += matches.length
    return writes ? matches : []
  }
  const counting = {
    match,
    byId: table.byId,
    get evaluationsDue() {
      return table.evaluationsDue
    },
    drainEvaluations: () => table.drainEvaluations(),
  }
  const route = routeEvents({
    source: { topic: 'signals', partition: 0, eventBytesMax: 262_144 },
    rules: { table: counting, offset: 0 },
    workTopic: 'work',
    partitions: 4,
    matchesPerEventMax: rules,
    deadLetter: (record, { reason }) => {
      throw new Error(`the event at ${record.offset} is ${reason}`)
    },
    telemetry: createMetrics().telemetry,
  })
  let taken = 0
  const takeSlice = () => {
    const slice = slices[(taken / SLICE_EVENTS) % SLICES]
    if (slice === undefined) throw new Error('there is no such slice')
    of(slice).pipe(route).subscribe()
    taken += SLICE_EVENTS
  }
  const measure = (milliseconds: number) => {
    const before = taken
    let microseconds = 0
    while (microseconds < milliseconds * 1000) microseconds += cpuMicroseconds(takeSlice)
    return microseconds / (taken - before)
  }
  const bytes = records.reduce((sum, { value }) => sum + (value?.length ?? 0), 0)
  return Object.assign(measure, {
    bytesPerEvent: bytes / records.length,
    matchesPerEvent: () => matched / taken,
  })
}
