import { merge, Subject, type Subscription } from 'rxjs'
import type { AskModel } from '../../operators/asking/model.ts'
import type { LogHeaders } from '../../operators/lanes/lane.ts'
import { FollowedRules } from '../../operators/rules/followed-rules.ts'
import type { Telemetry } from '../../operators/telemetry.ts'
import { decide } from '../../pipeline/decide.ts'
import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'
import { type MemoryLog, memoryLog } from '../../pipeline/memory/memory-log.ts'
import { route } from '../../pipeline/route.ts'
import { topicsOf } from '../../pipeline/topics-of.ts'
import type { LaneWatch } from '../../pipeline/windows/lane-watch.ts'
import { type Alert, alertSchema } from '../../schemas/alert.ts'
import { configSchema, type LaneBounds } from '../../schemas/config.ts'
import { type Decision, decisionSchema } from '../../schemas/decision.ts'
import { ruleSchema } from '../../schemas/rule.ts'
import { silentTelemetry } from './silent-telemetry.ts'
import { gatewayOf } from './gateway-of.ts'
import { modelGateOf } from './model-gate-of.ts'

export const START_MS = Date.parse('2026-11-20T10:00:00.000Z')
export const SOURCE_TOPIC = 'events'
const PARTITIONS = 2

export interface MemoryPipelineOptions {
  /** Rules as in a file; defaults are filled in. */
  readonly rules: readonly unknown[]
  readonly model: (clock: DrivenClock) => AskModel
  /** The model that is asked in its place. */
  readonly fallback?: (clock: DrivenClock) => AskModel
  readonly bounds?: Partial<LaneBounds>
  readonly holdMs?: number
  readonly telemetry?: Partial<Telemetry>
  readonly concurrencyMax?: number
  /** Where the lanes of DECIDE can be looked at. */
  readonly watch?: LaneWatch
}

export interface MemoryPipeline {
  readonly clock: DrivenClock
  readonly log: MemoryLog
  /** Appends an event now; what it causes has happened when this returns. */
  send(event: Readonly<Record<string, unknown>>): void
  /** Opens every lane; unsubscribing is a crash. */
  start(): Subscription
  /** What the rules topic brings to the process of these stages, or to both. */
  changeRules(rules: readonly unknown[], stages?: readonly ('route' | 'decide')[]): void
  /** What a clean stop does. */
  stop(): void
  decisions(): readonly Decision[]
  alerts(): readonly Alert[]
  deadLetters(): readonly { headers: LogHeaders; value: string }[]
}

/** ROUTE and DECIDE, the real ones, on the in-memory log and a clock that stands still until it is moved. */
export function memoryPipeline(options: MemoryPipelineOptions): MemoryPipeline {
  const clock = new DrivenClock(START_MS)
  const topics = topicsOf('llmtrigger.')
  const twice = 2 * PARTITIONS
  const partitions = {
    [topics.work]: twice,
    [topics.decisions]: twice,
    [topics.alerts]: twice,
    [topics.deadLetter]: PARTITIONS,
  }
  const log = memoryLog({ partitions, clock })
  const config = configSchema.parse({
    sources: [{ topic: SOURCE_TOPIC, from: 'earliest' }],
    lanes: options.bounds ?? {},
  })
  const rules = { route: new FollowedRules(), decide: new FollowedRules() }
  let rulesOffset = 0
  const telemetry = { ...silentTelemetry, ...options.telemetry }
  const gate = modelGateOf({
    ask: options.model(clock),
    limits: { concurrency: options.concurrencyMax ?? null },
    price: { inputUsdPerMillion: 1, outputUsdPerMillion: 2 },
    clock,
  })
  const fallback = options.fallback && [modelGateOf({ name: 'spare', ask: options.fallback(clock), clock })]
  const [source] = config.sources
  if (source === undefined) throw new Error('no source')
  let stopping$ = new Subject<void>()
  const shared = { topics, partitions: PARTITIONS, bounds: config.lanes, clock, telemetry }
  const holdMs = options.holdMs ?? 900_000
  const judging = {
    modelsOf: () => [gate, ...(fallback ?? [])] as const,
    ...gatewayOf(clock),
    holdMs,
    promptTokensMax: 8000,
    fenceSecret: 'test',
    random: () => 0,
    ...(options.watch !== undefined && { watch: options.watch }),
  }

  const changeRules: MemoryPipeline['changeRules'] = (changed, stages = ['route', 'decide']) => {
    // What one process is brought later is the same record of the topic.
    if (stages.includes('route')) rulesOffset++
    const known = changed.map(rule => ruleSchema.parse(rule))
    const look = { offset: rulesOffset, end: rulesOffset, hasChanged: true }
    for (const stage of stages) rules[stage].take(known, look)
  }
  changeRules(options.rules)

  const start = () => {
    stopping$ = new Subject<void>()
    const route$ = log.runLanes({ stage: 'route', groupId: 'g.route', topics: [source], stopping$ }, lane =>
      route(lane, { ...shared, rules: rules.route, source }),
    )
    const work = { topic: topics.work, from: 'earliest' } as const
    const decide$ = log.runLanes(
      { stage: 'decide', groupId: 'g.decide', topics: [work], journalTopic: topics.decisions, stopping$ },
      lane => decide(lane, { ...shared, rules: rules.decide, ...judging, stopping$ }),
    )
    return merge(decide$, route$).subscribe()
  }

  return {
    clock,
    log,
    start,
    changeRules,
    stop: () => {
      stopping$.next()
    },
    send: event => {
      const timestamp = new Date(clock.now()).toISOString()
      log.append(SOURCE_TOPIC, { key: null, value: JSON.stringify({ timestamp, ...event }) })
    },
    decisions: () =>
      log.records(topics.decisions).map(({ value }) => decisionSchema.parse(JSON.parse(String(value)))),
    alerts: () => log.records(topics.alerts).map(({ value }) => alertSchema.parse(JSON.parse(String(value)))),
    deadLetters: () =>
      log.records(topics.deadLetter).map(({ headers, value }) => ({ headers, value: String(value) })),
  }
}
