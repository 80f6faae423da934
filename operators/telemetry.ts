import type { DeadLetterReason, FailureCode } from '../schemas/failure.ts'
import type { Alert } from '../schemas/alert.ts'
import type { ClosedBy, Decision } from '../schemas/decision.ts'
import type { TriggerMode } from '../schemas/rule.ts'

export type Stage = 'route' | 'decide'
export type EvaluationResult = 'match' | 'no_match' | 'unknown' | 'no_key'
export type WindowMode = TriggerMode | 'traditional'
export type ModelCallResult = 'ok' | 'invalid' | 'failed' | 'abandoned'

/** What a lane holds, each beside its maximum in the configuration. */
export interface LaneHeld {
  readonly events: number
  /** Of the records of those events. */
  readonly bytes: number
  /** Windows whose judgement has begun and not ended. */
  readonly judging: number
  /** Offsets that are decided, or may be before the lowest is, beyond the lowest that is not. */
  readonly decidedAhead: number
  /** Ids remembered against repeats, of the kind of which there are most. */
  readonly dedupeIds: number
  readonly oldestArrivedAtMs: number | null
}

/** What the stages report as it happens. Implementations must not throw and must not block. */
export interface Telemetry {
  /** `unmatched`: how many of them were events that passed no rule. */
  eventsReceived(topic: string, count: number, unmatched: number): void
  eventsSkipped(topic: string, reason: string, count: number): void
  deadLettered(stage: Stage, reason: DeadLetterReason): void
  /** A work record was dropped: its work or its event is held already, or was judged before. */
  workRepeated(ruleId: string): void
  rulesEvaluated(ruleId: string, result: EvaluationResult, count: number): void
  /** An event joined a window that now holds `count` events. */
  windowFilled(window: {
    ruleId: string
    key: string
    mode: WindowMode
    count: number
    sizeMax: number | null
  }): void
  /** `lateMs`: how long after its due time, by lane time; null when it was not closed by time. */
  windowClosed(window: { mode: WindowMode; closedBy: ClosedBy; lateMs: number | null }): void
  windowsOpen(lane: number, mode: WindowMode, count: number): void
  laneHeld(stage: Stage, partition: number, held: LaneHeld): void
  modelCalled(call: {
    model: string
    result: ModelCallResult
    /** What was wrong, with the call or with its answer; null where nothing was, or nobody waited for it. */
    code: FailureCode | null
    /** Of a call that failed at the same model. */
    isRetry: boolean
    durationMs: number
    waitedMs: number
    priority: string
  }): void
  /** A question that may be answered from the cache was. `miss`: by a call of its own. */
  answered(model: string, result: 'hit' | 'miss' | 'shared'): void
  /** A model could not be had, so that the next one is asked; `code`: why. */
  fellBack(fallback: { from: string; to: string; code: string }): void
  /** Answered requests whose lane was lost before their decision was committed; each was reported as called before. */
  callsAbandoned(model: string, count: number): void
  modelTokens(model: string, ruleId: string, tokens: { input: number; output: number }, costUsd: number): void
  /** After its transaction is committed. `sinceArrivalMs`: from the append of its last event to now. */
  decided(decision: Decision, sinceArrivalMs: number): void
  alerted(alert: Alert): void
}
