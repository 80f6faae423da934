import { merge, type Observable, type SchedulerLike } from 'rxjs'
import type { FieldSketch } from '../operators/events/field-sketch.ts'
import type { RunLanes, StageStatus } from '../operators/lanes/lane.ts'
import type { LiveRules } from '../operators/rules/live-rules.ts'
import type { Stage, Telemetry } from '../operators/telemetry.ts'
import type { Config } from '../schemas/config.ts'
import type { Rule } from '../schemas/rule.ts'
import type { Gateway } from './create-gateway.ts'
import type { DecideOptions } from './decide-lane.ts'
import { decide } from './decide.ts'
import { route, type RouteOptions } from './route.ts'
import { sourceOfOutput } from './source-of-output.ts'
import { topicsOf } from './topics-of.ts'
import type { LaneWatch } from './windows/lane-watch.ts'

export interface RunStagesOptions {
  readonly stages: readonly Stage[]
  readonly config: Config
  readonly rules: LiveRules
  readonly gateway: Gateway
  readonly runLanes: RunLanes
  readonly clock: SchedulerLike
  readonly telemetry: Telemetry
  /** Told of events as they come. */
  readonly fields?: Pick<FieldSketch, 'offer'>
  /** The secret that fences events in prompts. */
  readonly fenceSecret: string
  readonly random: () => number
  readonly stopping$: Observable<unknown>
  /** Where the lanes of DECIDE can be looked at. */
  readonly watch?: LaneWatch
  /** Of a run that is repeated: when its windows were due. */
  readonly knownDueMs?: DecideOptions['knownDueMs']
}

/** Runs the stages over a log, and emits their status at every change; completes after `stopping$`, when all have left. */
export function runStages(options: RunStagesOptions): Observable<StageStatus> {
  const { config, clock, telemetry, stopping$ } = options
  const shared: Shared = {
    rules: options.rules,
    topics: topicsOf(config.kafka.topic_prefix),
    partitions: config.kafka.partitions,
    bounds: config.lanes,
    clock,
    telemetry,
    fields: options.fields,
    stopping$,
  }
  return merge(...options.stages.map(stage => stageRunners[stage](options, shared)))
}

type Shared = Omit<RouteOptions, 'source'> & Pick<DecideOptions, 'stopping$'>

const stageRunners = { route: runRoute, decide: runDecide } as const

function runRoute({ config, runLanes }: RunStagesOptions, shared: Shared): Observable<StageStatus> {
  const { stopping$, topics } = shared
  const outputs = { topics: [topics.work, topics.deadLetter], sourceOf: sourceOfOutput }
  const groupId = `${config.kafka.group_id}.route`
  const sources = new Map(config.sources.map(source => [source.topic, source]))
  return runLanes({ stage: 'route', groupId, topics: config.sources, outputs, stopping$ }, lane => {
    const source = sources.get(lane.topic)
    if (source === undefined) throw new Error(`a lane of ${lane.topic}, which is no source`)
    return route(lane, { ...shared, source })
  })
}

function runDecide(options: RunStagesOptions, shared: Shared): Observable<StageStatus> {
  const { config, gateway, fenceSecret, random, watch, knownDueMs } = options
  const { topics, stopping$ } = shared
  const groupId = `${config.kafka.group_id}.decide`
  const work = { topic: topics.work, from: 'earliest' } as const
  const judging = {
    ...gateway,
    modelsOf: (rule: Rule) => gateway.gatesOf(rule),
    holdMs: config.hold_seconds * 1000,
    promptTokensMax: config.prompt_tokens_max,
    fenceSecret,
    random,
    ...(watch !== undefined && { watch }),
    ...(knownDueMs !== undefined && { knownDueMs }),
  }
  const subscription = {
    stage: 'decide',
    groupId,
    topics: [work],
    journalTopic: topics.decisions,
    stopping$,
  } as const
  return options.runLanes(subscription, lane => decide(lane, { ...shared, ...judging }))
}
