import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { defer, map, of, Subject, timer } from 'rxjs'
import type { SchedulerLike } from 'rxjs'
import { fixedRules } from '../../operators/rules/fixed-rules.ts'
import type { Lane, LaneSignal } from '../../operators/lanes/lane.ts'
import { decide } from '../../pipeline/decide.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { topicsOf } from '../../pipeline/topics-of.ts'
import { configSchema } from '../../schemas/config.ts'
import { ruleSchema } from '../../schemas/rule.ts'
import { silentTelemetry } from '../support/silent-telemetry.ts'
import { benchEvent } from './bench-events.ts'
import { printRow, rounded } from './bench-report.ts'
import { gatewayOf } from '../support/gateway-of.ts'
import { modelGateOf } from '../support/model-gate-of.ts'

const KEYS = 1000
const CALL_MS = 1000
const AT_ONCE = 20
/** Twice what the model can judge in windows of ten. */
const EVENTS_PER_SECOND = 400
const MINUTES = 60
const TICK_MS = 100
const START_MS = Date.parse('2026-11-20T10:00:00.000Z')

/** What one lane of DECIDE weighs over an hour of twice as many events as its model can judge; the hour is virtual. */
export function benchOverload(): Promise<void> {
  const clock = new DrivenClock(START_MS)
  const lane = endlessLane(clock)
  let heldMost = 0
  const running = decide(lane.port, {
    ...judging(clock),
    telemetry: {
      ...silentTelemetry,
      laneHeld: (_, __, { events }) => {
        heldMost = Math.max(heldMost, events)
      },
    },
    stopping$: new Subject<void>(),
  }).subscribe()
  const before = heapMb()
  const heaps: number[] = []
  for (let minute = 1; minute <= MINUTES; minute++) {
    for (let tick = 0; tick < 60_000 / TICK_MS; tick++) {
      clock.advanceTo(clock.now() + TICK_MS)
      lane.tick()
    }
    if (minute % 10 === 0) heaps.push(heapMb() - before)
  }
  running.unsubscribe()
  const [, settled = NaN] = heaps
  printRow({
    bench: 'overload',
    case: `one lane, ${MINUTES} virtual minutes, ${EVENTS_PER_SECOND} events/s, ${(AT_ONCE * 10_000) / CALL_MS} of them judged`,
    decided: lane.decided(),
    held_most: heldMost,
    heap_mb_each_10_minutes: heaps.map(heap => rounded(heap, 1)).join(' '),
    growth_from_minute_20: rounded((heaps.at(-1) ?? NaN) / settled - 1, 3),
  })
  return Promise.resolve()
}

/** A log that makes its records when they are read and keeps none. */
function endlessLane(clock: SchedulerLike) {
  // Not `interval`: a virtual clock keeps all of its actions.
  const ticks$ = new Subject<void>()
  let position = 0
  let paused = false
  let decided = 0
  const read = (): LaneSignal => {
    const end = paused ? position : Math.floor(((clock.now() - START_MS) / 1000) * EVENTS_PER_SECOND)
    const records = Array.from({ length: Math.min(end - position, 1000) }, (_, n) => workRecord(position + n))
    position += records.length
    return { kind: 'records', records, nextOffset: position, atEnd: !paused && position === end }
  }
  const port: Lane = {
    topic: 'work',
    partition: 0,
    offset: 0,
    metadata: '',
    signals$: ticks$.pipe(map(read)),
    readJournal: () => of({ records: [], nextOffset: 0 }),
    commit: ({ records }) =>
      defer(() => {
        decided += records.filter(({ topic }) => topic.endsWith('decisions')).length
        return timer(5, clock).pipe(map(() => ({ journalEnd: decided })))
      }),
    pause: () => {
      paused = true
    },
    resume: () => {
      paused = false
    },
  }
  return {
    port,
    decided: () => decided,
    tick: () => {
      ticks$.next()
    },
  }
}

function workRecord(offset: number) {
  const key = `SYM${offset % KEYS}`
  const timestampMs = START_MS + Math.floor((offset / EVENTS_PER_SECOND) * 1000)
  const event = { context_key: key, ...JSON.parse(benchEvent(offset, KEYS)) }
  const head = { work_id: `${offset}`.padStart(32, '0'), rule_id: 'keyed', rule_type: 'llm', rule_version: 1 }
  const source = { topic: 'events', partition: 0, offset: `${offset}`, timestamp: timestampMs }
  const value = Buffer.from(JSON.stringify({ ...head, rules_offset: '0', key, event, source }))
  return { offset, timestampMs, key: Buffer.from(`keyed|${key}`), value, headers: {} }
}

function judging(clock: SchedulerLike) {
  const llm_config = {
    description: 'every window',
    trigger_mode: 'batch',
    batch_size: 10,
    max_wait_seconds: 60,
  }
  const rule = {
    rule_id: 'keyed',
    name: 'keyed',
    event_types: ['*'],
    rule_config: { rule_type: 'llm', llm_config },
  }
  const text = JSON.stringify({ should_trigger: false, confidence: 0.9, reason: 'no' })
  const reply = { text, finish: 'stop', tokens: { input: 400, output: 20 } } as const
  const gate = modelGateOf({
    ask: () => timer(CALL_MS, clock).pipe(map(() => reply)),
    limits: { concurrency: AT_ONCE },
    clock,
  })
  return {
    rules: fixedRules([ruleSchema.parse(rule)]),
    topics: topicsOf('bench.'),
    partitions: 1,
    bounds: configSchema.parse({ sources: [{ topic: 'events' }] }).lanes,
    modelsOf: () => [gate] as const,
    ...gatewayOf(clock),
    // A virtual clock keeps a timer that was cancelled until its time.
    holdMs: 30_000,
    promptTokensMax: 8000,
    fenceSecret: 'bench',
    random: () => 0,
    clock,
  }
}

/** What is alive, in MB. */
function heapMb(): number {
  setFlagsFromString('--expose-gc')
  const collect: unknown = runInNewContext('gc')
  if (typeof collect === 'function') Reflect.apply(collect, undefined, [])
  const { heapUsed, arrayBuffers } = process.memoryUsage()
  return (heapUsed + arrayBuffers) / 1_048_576
}
