import type { SchedulerLike } from 'rxjs'
import type { PipelineError } from '../../schemas/failure.ts'
import type { ModelLimits } from '../../schemas/model-limits.ts'
import type { ModelReply } from '../asking/model.ts'
import { AdaptiveConcurrency } from './adaptive-concurrency.ts'
import { LimitLearner, type LimitLearnerOptions } from './learning/limit-learner.ts'
import type { SentCall } from './learning/quiet.ts'
import type { Quota, QuotaLimits, TokenUse } from './quota.ts'

export interface HeldLimitsOptions extends Omit<LimitLearnerOptions, 'configured'> {
  readonly quota: Quota
  readonly clock: SchedulerLike
}

/**
 * Holds the quota of one model to what is configured, to what was learned of the real limits, and to as many calls at once as
 * the model bears.
 *
 * Shape:  `started` for each call when it is sent, then one of `answered`, `failed` and `abandoned`.
 * Time:   that of `clock`.
 * Errors: none.
 */
export class HeldLimits {
  private readonly quota: Quota
  private readonly clock: SchedulerLike
  private readonly learner: LimitLearner
  private readonly concurrency: AdaptiveConcurrency
  private learned: QuotaLimits

  constructor({ quota, clock, ...options }: HeldLimitsOptions) {
    this.quota = quota
    this.clock = clock
    this.learned = quota.limits
    this.learner = new LimitLearner({ ...options, configured: quota.limits })
    this.concurrency = new AdaptiveConcurrency(quota.limits.concurrency)
  }

  /** What is configured and what was learned, with the evidence. */
  get evidence(): LimitLearner['evidence'] {
    return this.learner.evidence
  }

  /** How long no call may start, since the provider refused one: 0 when one may. */
  get closedMs(): number {
    return this.learner.closedMs(this.clock.now())
  }

  /** Before a call asks for its turn: a limit that was learned never falls below what one call takes. */
  asked(tokens: TokenUse): void {
    this.learner.asked(tokens)
    this.hold()
  }

  started(): SentCall {
    const call = this.learner.started(this.clock.now(), this.quota.used())
    this.hold()
    return call
  }

  /** `inFlight`: calls of this process at the model when it ended, itself included. */
  answered(call: SentCall, { limits }: ModelReply, inFlight: number): void {
    this.concurrency.succeeded({ sentMs: call.sentMs, inFlight: this.ofAll(inFlight) })
    this.learner.accepted(call, this.clock.now(), limits)
    this.hold()
  }

  failed(call: SentCall, error: PipelineError, inFlight: number): void {
    const nowMs = this.clock.now()
    this.concurrency.failed(error, { sentMs: call.sentMs, inFlight: this.ofAll(inFlight) }, nowMs)
    if (error.code === 'model_rate_limited') this.refused(call, error, nowMs)
    else this.learner.ended(call, nowMs)
    this.hold()
  }

  abandoned(call: SentCall): void {
    this.learner.ended(call, this.clock.now())
  }

  configure(limits: QuotaLimits): void {
    this.learner.configure(limits)
    this.concurrency.configure(limits.concurrency)
    this.hold()
  }

  /** What was learned, to be kept. */
  snapshot(): ModelLimits {
    return this.learner.snapshot(this.clock.now())
  }

  /** Takes up what was kept. */
  restore(kept: ModelLimits): void {
    this.learner.restore(kept, this.clock.now())
    this.hold()
  }

  /** Calls in flight of all processes that share the quota, as far as is known: the limit on them is that of all. */
  private ofAll(inFlight: number): number {
    return Math.max(inFlight, this.quota.used().concurrency)
  }

  private refused(call: SentCall, { limitHit, retryAfterMs, limits }: PipelineError, nowMs: number): void {
    this.learner.refused(call, { nowMs, limitHit, retryAfterMs, limits })
    // So that it is known to all that share the quota; how one call tries then is each learner's own.
    if (retryAfterMs !== undefined) this.quota.close(retryAfterMs)
  }

  private hold(): void {
    const { limits } = this.learner
    const concurrency = least(limits.concurrency, this.concurrency.limit)
    if (limits === this.learned && concurrency === this.quota.limits.concurrency) return
    this.learned = limits
    this.quota.change({ ...limits, concurrency })
  }
}

function least(limit: number | null, other: number): number | null {
  const both = Math.min(limit ?? Infinity, other)
  return both === Infinity ? null : both
}
