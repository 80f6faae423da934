import type { DifferenceCause } from '../../../schemas/backtest/backtest-difference.ts'
import type { Decision } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { type CompactDecision, compactDecision } from './compact-decision.ts'
import { type Place, type PlaceOf } from './played-places.ts'

/** A decision that others are compared with, and what became of it so far. */
export interface EarlierDecision extends CompactDecision {
  readonly first: Place
  readonly last: Place
  /** When the last window of its rule and key before it was closed by a timer, epoch milliseconds; null without one. */
  readonly afterMs: number | null
  /** How many of its events are in decisions that were compared with it. */
  shared: number
  /** It stands beside a decision that was compared with it. */
  paired: boolean
  /** A decision that triggered shares an event with it. */
  triggersStill: boolean
  /** One of its events was dropped as a repeat. */
  repeated: boolean
  /** Why a window that shares events with it differs. */
  cause: DifferenceCause | null
}

export interface EarlierDecisionsOptions {
  /** By which coordinates events are found in the recording. */
  readonly placeOf: PlaceOf
  /** Only those of these rules are compared with; of all rules where it is absent. */
  readonly rules?: ReadonlySet<string>
  readonly decisionsMax?: number
  readonly eventsMax?: number
}

/** Most decisions that others are compared with. */
export const DECISIONS_COMPARED_MAX = 200_000
/** Most events of all of them. */
const EVENTS_COMPARED_MAX = 2_000_000

/**
 * The decisions that others are compared with, found by the work ids of their events. Windows of one rule and key must be
 * added in the order in which they closed, as they are written. One that is there already is passed over.
 */
export class EarlierDecisions {
  readonly decisions: EarlierDecision[] = []
  /** Those that are left out. */
  otherRules = 0
  /** When the first and the last of them was decided; null without any. */
  decidedFrom: string | null = null
  decidedTo: string | null = null
  private readonly byWorkId = new Map<string, EarlierDecision>()
  private readonly timerClosedMs = new Map<string, number>()
  /** Of windows that a tick closed, by the place of their first event. */
  private readonly tickMs = new Map<string, number>()
  private readonly options: EarlierDecisionsOptions

  constructor(options: EarlierDecisionsOptions) {
    this.options = options
  }

  find(workId: string): EarlierDecision | undefined {
    return this.byWorkId.get(workId)
  }

  /** When the window that began with this event was due, where a tick closed it; else null. */
  tickAt({ lane, offset }: Place): number | null {
    return this.tickMs.get(`${lane}/${offset}`) ?? null
  }

  add(decision: Decision): void {
    const { placeOf, rules } = this.options
    if (rules?.has(decision.rule_id) === false) {
      this.otherRules++
      return
    }
    const [first] = decision.events
    const last = decision.events.at(-1)
    if (first === undefined || last === undefined) return
    if (this.byWorkId.get(first.work_id)?.side.decision_id === decision.decision_id) return
    const earlier: EarlierDecision = {
      ...compactDecision(decision),
      first: placeOf(decision, first),
      last: placeOf(decision, last),
      afterMs: this.closedBefore(decision),
      shared: 0,
      paired: false,
      triggersStill: false,
      repeated: false,
      cause: null,
    }
    this.decisions.push(earlier)
    for (const { work_id } of decision.events) this.byWorkId.set(work_id, earlier)
    this.noteTick(earlier)
    this.noteDecided(decision)
    this.refuseTooMany()
  }

  /** The time up to which a timer had gone for this rule and key before the window, and now it goes on to this one's. */
  private closedBefore({ rule_id, key, closed_by, closed_at }: Decision): number | null {
    const name = `${rule_id}|${key}`
    const beforeMs = this.timerClosedMs.get(name) ?? null
    if (closed_by === 'time' || closed_by === 'tick') {
      this.timerClosedMs.set(name, Math.max(beforeMs ?? -Infinity, Date.parse(closed_at)))
    }
    return beforeMs
  }

  private noteTick({ side: { closed_by, closed_at }, first: { lane, offset } }: EarlierDecision): void {
    if (closed_by === 'tick') this.tickMs.set(`${lane}/${offset}`, Date.parse(closed_at))
  }

  private noteDecided({ decided_at }: Decision): void {
    if (this.decidedFrom === null || decided_at < this.decidedFrom) this.decidedFrom = decided_at
    if (this.decidedTo === null || decided_at > this.decidedTo) this.decidedTo = decided_at
  }

  private refuseTooMany(): void {
    const { decisionsMax = DECISIONS_COMPARED_MAX, eventsMax = EVENTS_COMPARED_MAX } = this.options
    if (this.decisions.length > decisionsMax) throw tooMany(`${decisionsMax} decisions`)
    if (this.byWorkId.size > eventsMax) throw tooMany(`decisions on ${eventsMax} events`)
  }
}

function tooMany(most: string): PipelineError {
  const message = `at most ${most} can be compared with; compare a shorter part by --from and --to`
  return new PipelineError('config_invalid', message)
}
