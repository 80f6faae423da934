import { murmur2 } from '../../../operators/lanes/murmur2.ts'
import type { Decision } from '../../../schemas/decision.ts'
import type { Rule, TriggerMode } from '../../../schemas/rule.ts'
import type { FilledWindow, Incarnation } from '../incarnation.ts'
import type { View } from './view.ts'

const LATE_MS_MAX = 50

/** I3: no open window is older than its deadline by more than 50 ms, and each closed as its rule says and at its time. */
export function* windowsCloseInTime(view: View): Generator<string> {
  const { simulation, account } = view
  for (const slot of simulation.slots) {
    for (const { incarnation } of slot.running) {
      yield* closedLate(incarnation, view)
      if (isAtEnd(incarnation, view)) yield* overdue(incarnation, view)
    }
  }
  for (const decision of account.fresh.flatMap(({ decisions }) => decisions)) {
    const rule = simulation.ruleOf(decision.rule_id)
    const fault = closingFault(decision, rule)
    if (fault !== null)
      yield `decision ${decision.decision_id} of ${decision.rule_id}, ${decision.key} ${fault}`
  }
}

function* closedLate(incarnation: Incarnation, { step }: View): Generator<string> {
  const { lateMs } = incarnation
  incarnation.lateMs = 0
  // A process that stands still closes nothing meanwhile.
  if (lateMs > LATE_MS_MAX && step?.kind !== 'leap')
    yield `${incarnation.name} closed a window ${lateMs} ms late`
}

/** Lane time is the wall clock: everything has been delivered, and nothing holds the chain up. */
function isAtEnd(incarnation: Incarnation, { simulation: { log, topics } }: View): boolean {
  const { isClosed, isHeldUp, isReading, delivered, lane } = incarnation
  if (lane.stage !== 'decide' || isClosed || isHeldUp || !isReading) return false
  return delivered === log.records(topics.work, lane.partition).length
}

/** More open windows than there are that may not be due yet. */
function* overdue(incarnation: Incarnation, view: View): Generator<string> {
  const leastMs = view.simulation.clock.now() - LATE_MS_MAX
  const { partition } = incarnation.lane
  for (const [mode, open] of incarnation.open) {
    const timely = [...incarnation.filled].filter(
      ([name, window]) =>
        window.mode === mode &&
        !window.isFull &&
        latestDueMs(`${partition}|${name}`, window, view) >= leastMs,
    )
    if (open > timely.length) {
      yield `${incarnation.name} has ${open} ${mode} windows open, ${open - timely.length} of them overdue`
    }
  }
}

/** A window is due at this time or before it. */
function latestDueMs(name: string, window: FilledWindow, { simulation, account }: View): number {
  // Repeats are among the arrivals, so the window's first event did not come later than this.
  const arrivedAtMs = account.arrivals.get(name)?.at(-window.count) ?? 0
  const { waitMs, periodMs } = timesOf(simulation.ruleOf(window.ruleId))
  return window.mode === 'batch' ? arrivedAtMs + waitMs : Math.max(arrivedAtMs, window.openedAtMs) + periodMs
}

/** What is wrong with how a window was closed; null when nothing is. */
function closingFault(decision: Decision, rule: Rule): string | null {
  const { event_count: count, closed_by: by, events } = decision
  if (events.length !== count || count === 0) return `counts ${count} events and has ${events.length}`
  if (by === 'pressure' || by === 'rule_change') return null
  const mode = rule.rule_config.llm_config?.trigger_mode ?? 'realtime'
  const isRight = closings[mode](decision, rule)
  return isRight
    ? null
    : `has ${count} events and is closed by ${by} from ${decision.opened_at} to ${decision.closed_at}`
}

const closings: { readonly [M in TriggerMode]: (decision: Decision, rule: Rule) => boolean } = {
  realtime: ({ closed_by, event_count }) => closed_by === 'event' && event_count === 1,
  batch: (decision, rule) => {
    const { waitMs, size } = timesOf(rule)
    if (decision.closed_by === 'size') return decision.event_count === size
    const waitedMs = Date.parse(decision.closed_at) - Date.parse(decision.opened_at)
    return (
      decision.closed_by === 'time' &&
      decision.event_count < size &&
      waitedMs === waitMs &&
      isBefore(decision)
    )
  },
  interval: (decision, rule) => {
    const { periodMs } = timesOf(rule)
    const phaseMs = (murmur2(`${rule.rule_id}|${decision.key}`) >>> 0) % periodMs
    return (
      decision.closed_by === 'tick' &&
      (Date.parse(decision.closed_at) - phaseMs) % periodMs === 0 &&
      decision.closed_at > decision.opened_at &&
      isBefore(decision)
    )
  },
}

/** An event that arrives at the deadline belongs to the next window. */
function isBefore({ events, closed_at }: Decision): boolean {
  return events.every(({ arrived_at }) => Date.parse(arrived_at) < Date.parse(closed_at))
}

function timesOf({ rule_config: { llm_config: config } }: Rule) {
  const { max_wait_seconds = 0, interval_seconds = 0, batch_size = 0 } = config ?? {}
  return { waitMs: max_wait_seconds * 1000, periodMs: interval_seconds * 1000, size: batch_size }
}
