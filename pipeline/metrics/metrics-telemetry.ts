import type { Telemetry, WindowMode } from '../../operators/telemetry.ts'
import type { LaneInstruments } from './lane-instruments.ts'
import type { ModelInstruments } from './model-instruments.ts'
import type { StageInstruments } from './stage-instruments.ts'

export interface MetricsTelemetryOptions {
  readonly stages: StageInstruments
  readonly lanes: LaneInstruments
  readonly models: ModelInstruments
  /** Called with the arrival of the oldest event that a lane holds; null when it holds none. */
  readonly oldestHeld: (stage: string, partition: number, arrivedAtMs: number | null) => void
  /** The id as a label: itself, as long as there are not too many. */
  readonly ruleLabel: (ruleId: string) => string
}

/** What the stages report, put into metrics. A number that is none is left out, since reporting must not throw. */
export function metricsTelemetry(options: MetricsTelemetryOptions): Telemetry {
  const { stages, lanes, models, ruleLabel } = options
  const openByMode = new Map<WindowMode, Map<number, number>>()
  return {
    eventsReceived: (topic, count) => stages.eventsReceived.inc({ topic }, amount(count)),
    eventsSkipped: (topic, reason, count) => stages.eventsSkipped.inc({ topic, reason }, amount(count)),
    deadLettered: (stage, reason) => stages.eventsDeadLettered.inc({ stage, reason }),
    rulesEvaluated: (ruleId, result, count) =>
      stages.ruleEvaluations.inc({ rule_id: ruleLabel(ruleId), result }, amount(count)),
    workRepeated: ruleId => stages.workRepeated.inc({ rule_id: ruleLabel(ruleId) }),
    windowFilled: () => undefined,
    windowClosed({ mode, closedBy, lateMs }) {
      stages.windowsClosed.inc({ mode, closed_by: closedBy })
      if (lateMs !== null) stages.windowDeadlineError.observe(seconds(lateMs))
    },
    windowsOpen(lane, mode, count) {
      const byLane = openByMode.get(mode) ?? new Map<number, number>()
      openByMode.set(mode, byLane)
      // A lane that holds none is forgotten, so that lanes that left this process take no room.
      if (count > 0) byLane.set(lane, count)
      else byLane.delete(lane)
      stages.windowsOpen.set({ mode }, sum(byLane.values()))
    },
    laneHeld(stage, partition, held) {
      const lane = { stage, partition }
      lanes.heldEvents.set(lane, held.events)
      lanes.heldBytes.set(lane, held.bytes)
      lanes.judging.set(lane, held.judging)
      lanes.decidedAhead.set(lane, held.decidedAhead)
      lanes.dedupeIds.set(lane, held.dedupeIds)
      options.oldestHeld(stage, partition, held.oldestArrivedAtMs)
    },
    modelCalled({ model, result, durationMs, waitedMs, priority }) {
      models.calls.inc({ model, result })
      models.call.observe({ model }, seconds(durationMs))
      models.wait.observe({ model, priority }, seconds(waitedMs))
    },
    callsAbandoned(model, count) {
      models.calls.inc({ model, result: 'abandoned' }, count)
    },
    modelTokens(model, ruleId, ...[tokens, costUsd]) {
      models.tokens.inc({ model, direction: 'input' }, amount(tokens.input))
      models.tokens.inc({ model, direction: 'output' }, amount(tokens.output))
      models.cost.inc({ model, rule_id: ruleLabel(ruleId) }, amount(costUsd))
    },
    answered: (_model, result) => models.cache.inc({ result }),
    fellBack({ from, to, code }) {
      models.fallbacks.inc({ from, to, reason: code })
    },
    decided(decision, sinceArrivalMs) {
      stages.decisions.inc({ rule_id: ruleLabel(decision.rule_id), outcome: decision.outcome })
      stages.eventToDecision.observe(
        { mode: decision.trigger_mode ?? 'traditional' },
        seconds(sinceArrivalMs),
      )
    },
    alerted: alert => stages.alerts.inc({ rule_id: ruleLabel(alert.rule_id) }),
  }
}

function amount(count: number): number {
  return Number.isFinite(count) ? Math.max(0, count) : 0
}

/** Clocks of two machines may disagree; a time that would be negative is none. */
function seconds(durationMs: number): number {
  return amount(durationMs) / 1000
}

function sum(counts: Iterable<number>): number {
  let total = 0
  for (const count of counts) total += count
  return total
}
