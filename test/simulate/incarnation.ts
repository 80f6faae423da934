import type { SchedulerLike } from 'rxjs'
import type { Telemetry } from '../../operators/telemetry.ts'
import { silentTelemetry } from '../support/silent-telemetry.ts'
import type { LaneRef } from './plan.ts'

/** The newest window of one (rule, key), as far as telemetry tells. */
export interface FilledWindow {
  readonly ruleId: string
  readonly mode: string
  readonly count: number
  readonly isFull: boolean
  /** When its first event was taken, by the wall clock. */
  readonly openedAtMs: number
}

export interface IncarnationOptions {
  readonly lane: LaneRef
  readonly worker: number
  readonly clock: SchedulerLike
}

/** One opening of a lane, until it is lost: what it reports of itself, and what is known of it from outside. */
export class Incarnation {
  /** A newer owner has fenced it. */
  isSuperseded = false
  isClosed = false
  /** Delivery is held up, or the chain has paused it. */
  isHeldUp = false
  /** The chain has taken everything below. */
  delivered = -1
  /** The journal is read. */
  isReading = false
  /** Events in windows, open or closed, that are in no committed decision, by rule and key. */
  private readonly heldByKey = new Map<string, number>()
  held = 0
  mostHeld = 0
  /** Requests sent, and those that were reported as ended. */
  sent = 0
  reported = 0
  /** Requests that were reported as lost with the lane, or given up. */
  abandoned = 0
  inFlight = 0
  readonly inFlightByKey = new Map<string, number>()
  readonly open = new Map<string, number>()
  readonly filled = new Map<string, FilledWindow>()
  /** The most that a timer was late since it was looked at, in milliseconds. */
  lateMs = 0
  readonly id: number
  readonly lane: LaneRef
  readonly worker: number
  private readonly clock: SchedulerLike

  constructor(id: number, { lane, worker, clock }: IncarnationOptions) {
    this.id = id
    this.lane = lane
    this.worker = worker
    this.clock = clock
  }

  get name(): string {
    return `${this.lane.stage}/${this.lane.partition}#${this.id}`
  }

  /** A request of a (rule, key) begins; what is returned ends it. */
  enter(key: string): () => void {
    this.count(key, 1)
    return () => {
      this.count(key, -1)
    }
  }

  readonly telemetry: Telemetry = {
    ...silentTelemetry,
    windowFilled: ({ ruleId, key, mode, count, sizeMax }) => {
      const name = `${ruleId}|${key}`
      this.hold(name, 1)
      const openedAtMs = count === 1 ? this.clock.now() : (this.filled.get(name)?.openedAtMs ?? 0)
      this.filled.set(name, { ruleId, mode, count, isFull: count === sizeMax, openedAtMs })
    },
    windowClosed: ({ lateMs }) => {
      this.lateMs = Math.max(this.lateMs, lateMs ?? 0)
    },
    windowsOpen: (_, mode, count) => {
      this.open.set(mode, count)
    },
    modelCalled: ({ result }) => {
      this.reported++
      if (result === 'abandoned') this.abandoned++
    },
    callsAbandoned: (_, count) => {
      this.abandoned += count
    },
    decided: ({ rule_id, key, event_count }) => {
      const name = `${rule_id}|${key}`
      // An event of a rule that is gone already is cancelled by itself, without a window.
      this.hold(name, -Math.min(event_count, this.heldByKey.get(name) ?? 0))
    },
  }

  private hold(name: string, events: number): void {
    this.heldByKey.set(name, (this.heldByKey.get(name) ?? 0) + events)
    this.held += events
    this.mostHeld = Math.max(this.held, this.mostHeld)
  }

  private count(key: string, change: number): void {
    this.inFlight += change
    this.inFlightByKey.set(key, (this.inFlightByKey.get(key) ?? 0) + change)
  }
}
