import { collectDefaultMetrics, Registry } from 'prom-client'
import type { EvaluationResult, ModelCallResult, Telemetry } from '../../operators/telemetry.ts'
import { outcomes } from '../../schemas/outcomes.ts'
import type { CallPriority } from '../../schemas/rule.ts'
import type { LaneObserver } from '../kafka/lane-observer.ts'
import { boundedLabel } from './bounded-label.ts'
import { instrumentMakers } from './instrument-makers.ts'
import { laneInstruments } from './lane-instruments.ts'
import type { LaneInstruments } from './lane-instruments.ts'
import { metricsTelemetry } from './metrics-telemetry.ts'
import type { MetricsTelemetryOptions } from './metrics-telemetry.ts'
import { modelInstruments } from './model-instruments.ts'
import type { ModelInstruments } from './model-instruments.ts'
import { reportLag } from './report-lag.ts'
import { stageInstruments } from './stage-instruments.ts'
import type { StageInstruments } from './stage-instruments.ts'

export interface MetricsOptions {
  readonly nowMs?: () => number
  /** Most rule ids that are labels of their own; later ones are counted under `other`. */
  readonly ruleIdsMax?: number
}

/** What is known from the start, so that its counters are there at 0 before anything happens. */
export interface KnownLabels {
  readonly topics: readonly string[]
  readonly ruleIds: readonly string[]
  readonly models: readonly string[]
}

/** State that is set rather than reported by the stages. */
export interface MetricSetters {
  modelInFlight(model: string, count: number): void
  modelQueueLength(model: string, priority: CallPriority, count: number): void
  /** Null: there is no such limit. */
  modelLimit(
    model: string,
    limit: { readonly limit: string; readonly kind: 'configured' | 'learned' },
    value: number | null,
  ): void
  modelBreakerOpen(model: string, open: boolean): void
  quotaDegraded(model: string, isDegraded: boolean): void
}

export interface Metrics {
  readonly registry: Registry
  readonly telemetry: Telemetry
  readonly lanes: Required<Pick<LaneObserver, 'laneOpened' | 'laneLeft' | 'commitEnded' | 'skipped' | 'lag'>>
  readonly set: MetricSetters
  announce(known: KnownLabels): void
  /** Calls `read` at each scrape, before the numbers are taken: for state that is only known by looking. */
  beforeScrape(read: () => void): void
  /** The metrics as text, in the format that Prometheus reads. */
  text(): Promise<string>
}

/** Metrics on a registry of their own, those of the process included. */
export function createMetrics(options: MetricsOptions = {}): Metrics {
  const { nowMs = Date.now, ruleIdsMax = 10_000 } = options
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const make = instrumentMakers(registry)
  const stages = stageInstruments(make)
  const lanes = laneInstruments(make)
  const models = modelInstruments(make)
  const ages = heldAges(lanes, nowMs)
  const reads: (() => void)[] = [ages.refresh]
  return {
    registry,
    telemetry: metricsTelemetry({
      stages,
      lanes,
      models,
      oldestHeld: ages.note,
      ruleLabel: boundedLabel(ruleIdsMax),
    }),
    lanes: {
      laneOpened: (stage, reason) => lanes.opens.inc({ stage, reason }),
      commitEnded: (stage, seconds) => lanes.commit.observe({ stage }, seconds),
      skipped: (topic, reason, count) => stages.eventsSkipped.inc({ topic, reason }, count),
      lag: reportLag(lanes, nowMs),
      laneLeft: (stage, { topic, partition }) => {
        for (const gauge of [lanes.lagRecords, lanes.lagSeconds]) gauge.remove({ stage, topic, partition })
      },
    },
    set: setters(models),
    announce: known => announce(known, stages, models),
    beforeScrape: read => reads.push(read),
    text: () => {
      for (const read of reads) read()
      return registry.metrics()
    },
  }
}

function setters(models: ModelInstruments): MetricSetters {
  return {
    modelInFlight: (model, count) => models.inFlight.set({ model }, count),
    modelQueueLength: (model, priority, count) => models.queueLength.set({ model, priority }, count),
    modelLimit: (model, { limit, kind }, value) => {
      if (value === null) models.limit.remove({ model, limit, kind })
      else models.limit.set({ model, limit, kind }, value)
    },
    modelBreakerOpen: (model, open) => models.breakerOpen.set({ model }, open ? 1 : 0),
    quotaDegraded: (model, isDegraded) => models.quotaDegraded.set({ model }, isDegraded ? 1 : 0),
  }
}

interface HeldAges {
  readonly note: MetricsTelemetryOptions['oldestHeld']
  readonly refresh: () => void
}

/** The age of what is held grows between two reports, so it is worked out when it is asked for. */
function heldAges(lanes: LaneInstruments, nowMs: () => number): HeldAges {
  const arrivals = new Map<string, { stage: string; partition: number; arrivedAtMs: number }>()
  return {
    note: (stage, partition, arrivedAtMs) => {
      const id = `${stage}/${partition}`
      if (arrivedAtMs !== null) {
        arrivals.set(id, { stage, partition, arrivedAtMs })
        return
      }
      arrivals.delete(id)
      lanes.oldestHeld.set({ stage, partition }, 0)
    },
    refresh: () => {
      for (const { stage, partition, arrivedAtMs } of arrivals.values()) {
        lanes.oldestHeld.set({ stage, partition }, Math.max(0, nowMs() - arrivedAtMs) / 1000)
      }
    },
  }
}

const evaluationResults: readonly EvaluationResult[] = ['match', 'no_match', 'unknown', 'no_key']
const callResults: readonly ModelCallResult[] = ['ok', 'invalid', 'failed', 'abandoned']

function announce(known: KnownLabels, stages: StageInstruments, models: ModelInstruments): void {
  for (const topic of known.topics) stages.eventsReceived.inc({ topic }, 0)
  for (const rule_id of known.ruleIds) {
    stages.alerts.inc({ rule_id }, 0)
    for (const result of evaluationResults) stages.ruleEvaluations.inc({ rule_id, result }, 0)
    for (const outcome of outcomes) stages.decisions.inc({ rule_id, outcome }, 0)
  }
  for (const model of known.models) {
    for (const result of callResults) models.calls.inc({ model, result }, 0)
    models.inFlight.set({ model }, 0)
    models.breakerOpen.set({ model }, 0)
    models.quotaDegraded.set({ model }, 0)
  }
}
