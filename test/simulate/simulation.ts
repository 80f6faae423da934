import { type SchedulerLike, type Subject } from 'rxjs'
import type { LiveRules } from '../../operators/rules/live-rules.ts'
import type { ModelGate } from '../../operators/gateway/model-gate.ts'
import type { Stage } from '../../operators/telemetry.ts'
import { decide } from '../../pipeline/decide.ts'
import { type MemoryLog, memoryLog } from '../../pipeline/memory/memory-log.ts'
import { route } from '../../pipeline/route.ts'
import { topicsOf } from '../../pipeline/topics-of.ts'
import { configSchema } from '../../schemas/config.ts'
import type { Rule } from '../../schemas/rule.ts'
import { silentTelemetry } from '../support/silent-telemetry.ts'
import { abortRecords } from './aborted-records.ts'
import { disturbLane } from './disturb-lane.ts'
import { Incarnation } from './incarnation.ts'
import { LaneSlot, type Opened } from './lane-slot.ts'
import { LeapingClock } from './leaping-clock.ts'
import { MoodyModel } from './moody-model.ts'
import { type LaneRef, type Plan, WORKERS } from './plan.ts'
import { PlayedRules } from './played-rules.ts'
import { gatewayOf } from '../support/gateway-of.ts'
import { modelGateOf } from '../support/model-gate-of.ts'

/** A commit of a DECIDE lane that took effect. */
export interface Commit {
  readonly incarnation: Incarnation
  readonly wasSuperseded: boolean
  /** Where the partitions of `decisions` and `alerts` end after it. */
  readonly decisionsEnd: number
  readonly alertsEnd: number
}

const START_MS = Date.parse('2026-11-20T10:00:00.000Z')
const SOURCE_TOPIC = 'events'
const { sources } = configSchema.parse({ sources: [{ topic: SOURCE_TOPIC, from: 'earliest' }] })

/** ROUTE and DECIDE, the real ones, with everything around them played: the log, the clock, the workers, the model. */
export class Simulation {
  readonly topics = topicsOf('')
  readonly clock = new LeapingClock(START_MS)
  readonly log: MemoryLog
  readonly model: MoodyModel
  readonly slots: readonly LaneSlot[]
  readonly incarnations: Incarnation[] = []
  readonly gates: ModelGate[]
  readonly bugs: string[] = []
  readonly commits: Commit[] = []
  readonly plan: Plan
  /** How far the broker's clock is off. */
  skewMs = 0
  readonly rules: PlayedRules

  constructor(plan: Plan) {
    this.plan = plan
    const rules = plan.rules.map(({ rule }) => rule)
    this.rules = new PlayedRules(rules, WORKERS, this.clock)
    const { work, decisions, alerts, deadLetter } = this.topics
    const lanes = 2 * plan.partitions
    const partitions = {
      [SOURCE_TOPIC]: plan.sourcePartitions,
      [work]: lanes,
      [decisions]: lanes,
      [alerts]: lanes,
      [deadLetter]: plan.partitions,
    }
    const brokerClock: SchedulerLike = {
      now: () => this.clock.now() + this.skewMs,
      schedule: (...task: Parameters<SchedulerLike['schedule']>) => this.clock.schedule(...task),
    }
    this.log = memoryLog({ partitions, clock: brokerClock })
    this.model = new MoodyModel(plan.seed, plan.mood, this.clock)
    this.gates = Array.from({ length: WORKERS }, () => this.newGate())
    this.slots = [
      ...this.slotsOf('route', plan.sourcePartitions),
      ...this.slotsOf('decide', 2 * plan.partitions),
    ]
  }

  get sourceTopic(): string {
    return SOURCE_TOPIC
  }

  slot({ stage, partition }: LaneRef): LaneSlot {
    const found = this.slots.find(({ ref }) => ref.stage === stage && ref.partition === partition)
    if (found === undefined) throw new Error(`no lane ${stage}/${partition}`)
    return found
  }

  /** As it was drawn, disabled or not. */
  ruleOf(ruleId: string): Rule {
    const rule = this.rules.route.table.byId(ruleId)
    if (rule === undefined) throw new Error(`no rule ${ruleId}`)
    return rule
  }

  /** The committed offset of a lane, 0 where nothing is committed. */
  committed({ stage, partition }: LaneRef): number {
    return Math.max(0, this.log.committed(stage, this.topicOf(stage), partition).offset)
  }

  topicOf(stage: Stage): string {
    return stage === 'route' ? SOURCE_TOPIC : this.topics.work
  }

  /** All that a worker has is gone. */
  kill(worker: number, downMs: number): void {
    this.gates[worker] = this.newGate()
    this.rules.restart(worker)
    for (const slot of this.slots) {
      if (slot.owner?.incarnation.worker === worker) slot.lose(downMs, (worker + 1) % WORKERS)
    }
  }

  private slotsOf(stage: Stage, count: number): readonly LaneSlot[] {
    return Array.from(
      { length: count },
      (_, partition) =>
        new LaneSlot({
          ref: { stage, partition },
          clock: this.clock,
          open: (slot, worker, stopping$) => this.open(slot, worker, stopping$),
          onBug: (incarnation, error) => {
            this.bugs.push(
              `${incarnation.name} ended with ${error instanceof Error ? (error.stack ?? '') : String(error)}`,
            )
          },
        }),
    )
  }

  private newGate(): ModelGate {
    return modelGateOf({
      modelId: 'simulated',
      ask: () => {
        throw new Error('every lane has a gate of its own')
      },
      limits: { concurrency: this.plan.concurrencyMax },
      clock: this.clock,
    })
  }

  private open(slot: LaneSlot, worker: number, stopping$: Subject<void>): Opened {
    const { stage, partition } = slot.ref
    const incarnation = new Incarnation(this.incarnations.length, {
      lane: slot.ref,
      worker,
      clock: this.clock,
    })
    this.incarnations.push(incarnation)
    const topic = this.topicOf(stage)
    const subscription = { stage, groupId: stage, topics: [], stopping$ }
    const journal = stage === 'decide' ? { journalTopic: this.topics.decisions } : {}
    const inner = this.log.openLane({ ...subscription, ...journal }, { topic, partition, from: 'earliest' })
    const { seed, faultless, commitMs, journalMs } = this.plan
    const lane = disturbLane(inner, {
      incarnation,
      seed,
      faultless,
      clock: this.clock,
      commitMs,
      journalMs,
      stopping$,
      nextFault: () => slot.faults.shift() ?? null,
      onCommitted: () => {
        this.committedBy(incarnation)
      },
      onAborted: ({ records }) => {
        abortRecords(this.log, records)
      },
    })
    const chain$ = stage === 'route' ? this.routeOn(lane) : this.decideOn(lane, incarnation, stopping$)
    return { incarnation, lane, chain$ }
  }

  private committedBy(incarnation: Incarnation): void {
    const { stage, partition } = incarnation.lane
    const decide = stage === 'decide'
    this.commits.push({
      incarnation,
      wasSuperseded: incarnation.isSuperseded,
      decisionsEnd: decide ? this.log.records(this.topics.decisions, partition).length : 0,
      alertsEnd: decide ? this.log.records(this.topics.alerts, partition).length : 0,
    })
  }

  private routeOn(lane: Opened['lane']) {
    const [source] = sources
    if (source === undefined) throw new Error('no source')
    return route(lane, {
      ...this.shared(this.rules.route),
      telemetry: silentTelemetry,
      source,
    })
  }

  private decideOn(lane: Opened['lane'], incarnation: Incarnation, stopping$: Subject<void>) {
    const gates = new Map<string, ModelGate>()
    const modelsOf = ({ rule_id: ruleId }: Rule): [ModelGate] => {
      const gate = gates.get(ruleId) ?? this.gateOf(incarnation, ruleId)
      gates.set(ruleId, gate)
      return [gate]
    }
    return decide(lane, {
      ...this.shared(this.rules.of(incarnation.worker)),
      telemetry: incarnation.telemetry,
      modelsOf,
      ...gatewayOf(this.clock),
      holdMs: this.plan.holdMs,
      promptTokensMax: 8000,
      fenceSecret: 'simulate',
      random: () => 0,
      stopping$,
    })
  }

  private shared(rules: LiveRules) {
    const { partitions, bounds } = this.plan
    return { rules, topics: this.topics, partitions, bounds, clock: this.clock }
  }

  /** The worker's gate, asking in the name of one lane. */
  private gateOf(incarnation: Incarnation, ruleId: string): ModelGate {
    const gate = this.gates[incarnation.worker]
    if (gate === undefined) throw new Error(`no worker ${incarnation.worker}`)
    return {
      ...gate,
      ask: request => this.model.ask(request, ruleId, incarnation),
      get inFlight() {
        return gate.inFlight
      },
      get queued() {
        return gate.queued
      },
      get stop() {
        return gate.stop
      },
      get failing() {
        return gate.failing
      },
    }
  }
}
