import { map, type OperatorFunction, type SchedulerLike } from 'rxjs'
import type { Alert } from '../../schemas/alert.ts'
import type { Decision, Repeat } from '../../schemas/decision.ts'
import { PipelineError } from '../../schemas/failure.ts'
import type { Work } from '../../schemas/work.ts'
import { composeAlert } from '../judging/compose-alert.ts'
import { composeDecision } from '../judging/compose-decision.ts'
import type { ModelAttempts, Verdict } from '../judging/verdict.ts'
import type { HeldWork } from '../windows/window.ts'
import { workOf } from '../windows/work-of.ts'
import type { Finished } from './commit-in-groups.ts'
import type { LogRecord, OutputRecord } from './lane.ts'
import type { SeenIds } from './seen-ids.ts'

export interface SettleVerdictsOptions {
  readonly partition: number
  readonly topics: { readonly decisions: string; readonly alerts: string }
  readonly seen: SeenIds
  /** Dropped repeats; each decision takes its share of them and names it. */
  readonly repeats: Repeat[]
  /** A work record of an undecided window, on the dead-letter topic. */
  readonly deadLetter: (record: LogRecord, decision: Decision) => OutputRecord
  readonly clock: SchedulerLike
}

/** A decision with its outputs and the work that it finishes. */
export interface SettledDecision extends Finished {
  readonly kind: 'decided'
  readonly decision: Decision
  readonly alert: Alert | null
  readonly attempts: readonly ModelAttempts[]
  readonly offsets: readonly number[]
  readonly events: number
  readonly bytes: number
  /** Append time of the window's last event. */
  readonly arrivedAtMs: number
}

/**
 * A decision whose window waited for its answer waits so much of that time again, for others to be written with it, but no
 * longer than so: while a model is asked all that it takes, each transaction would else carry a few answers.
 */
const PATIENCE_SHARE = 0.05
export const PATIENCE_MS_MAX = 100

/** One decision names no more repeats than this, so that its record stays small; the others wait for the next. */
export const REPEATS_NAMED_MAX = 1000

/**
 * Writes each verdict as a decision, with its alert or its dead letters.
 *
 * Shape:  one in, one out; order kept.
 * Time:   `decided_at` is the clock's.
 * State:  the lane's ids: what is decided here counts as judged from here on.
 * Errors: bugs only.
 */
export function settleVerdicts(options: SettleVerdictsOptions): OperatorFunction<Verdict, SettledDecision> {
  return verdicts$ => verdicts$.pipe(map(verdict => settle(verdict, options)))
}

function settle(verdict: Verdict, options: SettleVerdictsOptions): SettledDecision {
  const held = verdict.window.held.map(parsed)
  const window = { ...verdict.window, held }
  const context = { workPartition: options.partition, decidedAtMs: options.clock.now(), repeats: [] }
  const composed = composeDecision({ ...verdict, window }, context)
  const judged = composed.outcome !== 'undecided' && composed.outcome !== 'cancelled'
  for (const { work, arrivedAtMs } of held) {
    const { event_id: eventId } = work.event
    options.seen.decide(work, { eventId, arrivedAtMs, decidedAtMs: context.decidedAtMs, judged })
  }
  // After what is decided here is known as such: its repeats may be named with it.
  const repeats = takeNameable(options)
  const decision = { ...composed, repeats }
  const alert = composeAlert(decision, window)
  return {
    kind: 'decided',
    decision,
    alert,
    attempts: verdict.attempts,
    patienceMs: patienceOf(verdict),
    outputs: outputsOf({ decision, alert, held }, options),
    offsets: [...held.map(({ offset }) => offset), ...repeats.map(({ work_offset }) => Number(work_offset))],
    events: held.length,
    bytes: held.reduce((sum, { bytes }) => sum + bytes, 0),
    arrivedAtMs: held.at(-1)?.arrivedAtMs ?? context.decidedAtMs,
  }
}

/** What has no answer is written at once: it waited for `hold_seconds`, or what waits means nothing to it. */
function patienceOf({ answer, queueMs }: Verdict): number {
  if (answer === null || answer instanceof PipelineError) return 0
  return Math.min(queueMs * PATIENCE_SHARE, PATIENCE_MS_MAX)
}

/**
 * The share of one decision. A repeat waits while the first record of its work id is held: that one may be of an aborted
 * transaction, which the lane's next owner does not see, and then the repeat is all that is left of the work.
 */
function takeNameable({ repeats, seen }: SettleVerdictsOptions): Repeat[] {
  const share = repeats.splice(0, REPEATS_NAMED_MAX)
  const waiting = share.filter(({ work_id }) => seen.isHeld(work_id))
  if (waiting.length === 0) return share
  repeats.unshift(...waiting)
  return share.filter(({ work_id }) => !seen.isHeld(work_id))
}

interface Settled {
  readonly decision: Decision
  readonly alert: Alert | null
  readonly held: readonly HeldWork[]
}

function outputsOf(
  { decision, alert, held }: Settled,
  options: SettleVerdictsOptions,
): readonly OutputRecord[] {
  const { partition, topics } = options
  const key = `${decision.rule_id}|${decision.key}`
  const outputs: OutputRecord[] = [
    { topic: topics.decisions, partition, key, value: JSON.stringify(decision) },
  ]
  if (alert !== null) {
    const place = { topic: topics.alerts, partition, key }
    const brief = () => JSON.stringify({ ...alert, events: [], events_omitted: alert.event_count })
    outputs.push({
      ...place,
      value: JSON.stringify(alert),
      oversize: () => [{ ...place, value: brief() }],
    })
  }
  if (decision.outcome === 'undecided') {
    outputs.push(...held.map(work => options.deadLetter(recordOf(work), decision)))
  }
  return outputs
}

/** Decision and alert read the same events: they are parsed once for both. */
function parsed(held: HeldWork): HeldWork & { readonly work: Work } {
  return { ...held, work: workOf(held) }
}

/** As it lies on `work`. */
function recordOf({ ruleId, key, offset, arrivedAtMs, text, headers }: HeldWork): LogRecord {
  const name = Buffer.from(`${ruleId}|${key}`)
  return { offset, timestampMs: arrivedAtMs, key: name, value: Buffer.from(text), headers }
}
