import type { FailureCode, PipelineError } from '../../schemas/failure.ts'
import { RecentCount } from './recent-count.ts'

/** Why no calls get to a model. */
export type BreakerReason = 'failures' | 'money' | 'key'

export interface BreakerStop {
  readonly reason: BreakerReason
  /** When the next call may try; past while one does. */
  readonly untilMs: number
}

/** Lets one call through: with all others, or alone, to see whether the model is back. */
export interface Admission {
  readonly kind: 'yes' | 'probe'
  readonly atMs: number
}

export type BreakerAnswer =
  | Admission
  /** Not before so many milliseconds have passed; Infinity where only the end of the probe helps. */
  | { readonly kind: 'wait'; readonly waitMs: number }

/** It opens when so many calls ended within so long, and so many of them failed. */
const SPAN_MS = 30_000
const CALLS_MIN = 10
const FAILED_SHARE = 0.5

/** For how long it opens on failures: twice as long with each probe that fails. */
const OPEN_MS_MIN = 5000
const OPEN_MS_MAX = 60_000

/** How long a rejected key or an empty account stops a model: until a person acts, no number of calls would tell more. */
const STOPPED_MS = 30_000

const stops: Partial<Record<FailureCode, BreakerReason>> = {
  model_out_of_money: 'money',
  model_key_rejected: 'key',
}

/**
 * Keeps calls from a model that does not work.
 *
 * Shape:  closed until half of at least ten calls within 30 s failed, or one found an empty account or a rejected key; then open
 *         for a while; then one probe at a time, and only a probe that succeeds closes it. Who was admitted says once how the
 *         call ended; of a call that was admitted before it last opened, that is no news and changes nothing.
 * Time:   the caller's, in milliseconds from 0 on; it never goes back.
 * State:  two counts over the last 30 s, and since when and until when it is open.
 * Errors: none. A limit says nothing against the model, nor does a request that it does not take: neither counts as a failure
 *         or as a call, and a probe that ends so makes room for the next.
 */
export class Breaker {
  private readonly calls = new RecentCount(SPAN_MS)
  private readonly failures = new RecentCount(SPAN_MS)
  private open: BreakerStop | null = null
  private isProbing = false
  private openedMs = -Infinity
  /** How often it opened on failures since it was closed. */
  private openings = 0

  /** Null: it is closed. */
  get reason(): BreakerReason | null {
    return this.open?.reason ?? null
  }

  /** Null: it is closed. */
  get stop(): BreakerStop | null {
    return this.open
  }

  /** How long no call gets through, in milliseconds: 0 when one may ask, Infinity where only the end of the probe helps. */
  waitMs(nowMs: number): number {
    if (this.open === null) return 0
    return this.isProbing ? Infinity : Math.max(0, this.open.untilMs - nowMs)
  }

  /** Asks for one call. Who gets the probe is the only one. */
  admits(nowMs: number): BreakerAnswer {
    if (this.open === null) return { kind: 'yes', atMs: nowMs }
    const waitMs = this.waitMs(nowMs)
    if (waitMs > 0) return { kind: 'wait', waitMs }
    this.isProbing = true
    return { kind: 'probe', atMs: nowMs }
  }

  succeeded(admission: Admission, nowMs: number): void {
    if (admission.kind === 'probe') this.close()
    else if (admission.atMs > this.openedMs) this.calls.add(nowMs)
  }

  failed({ kind, atMs }: Admission, error: PipelineError, nowMs: number): void {
    if (kind === 'probe') this.isProbing = false
    else if (atMs <= this.openedMs) return
    const reason = stops[error.code]
    if (reason !== undefined) this.openFor(reason, STOPPED_MS, nowMs)
    else if (isOfTheModel(error) && (kind === 'probe' || this.isOneTooMany(nowMs))) {
      this.openFor('failures', Math.min(OPEN_MS_MIN * 2 ** this.openings, OPEN_MS_MAX), nowMs)
      this.openings++
    }
  }

  /** The call was given up before it ended. */
  abandoned({ kind }: Admission): void {
    if (kind === 'probe') this.isProbing = false
  }

  private isOneTooMany(nowMs: number): boolean {
    this.calls.add(nowMs)
    this.failures.add(nowMs)
    const calls = this.calls.at(nowMs)
    return calls >= CALLS_MIN && this.failures.at(nowMs) >= calls * FAILED_SHARE
  }

  private openFor(reason: BreakerReason, openMs: number, nowMs: number): void {
    this.open = { reason, untilMs: nowMs + openMs }
    this.openedMs = nowMs
    this.calls.clear()
    this.failures.clear()
  }

  private close(): void {
    this.open = null
    this.isProbing = false
    this.openings = 0
  }
}

function isOfTheModel({ code, overload }: PipelineError): boolean {
  return overload || code === 'model_timeout' || code === 'model_unreachable'
}
