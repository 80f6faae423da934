import type { LimitReason } from '../../../schemas/model-limits.ts'
import type { ProviderLimit } from '../../../schemas/quota-limits.ts'
import { estimateLimit, type LimitEstimate, type RefusalFacts } from './estimate-limit.ts'
import { type ToldAt, ToldLimit } from './told-limit.ts'

export interface LearnedLimitOptions {
  /** Null: there is no such limit. */
  readonly configured: number | null
  readonly windowMs: number
}

/** What has been learned of one limit. */
export interface Learned {
  readonly limit: number
  readonly sinceMs: number
  readonly why: LimitReason
}

/** A burst of refusals, for one limit. */
export interface LimitRefusal extends Omit<RefusalFacts, 'heldTo' | 'windowMs' | 'lastGood' | 'isWindow'> {
  readonly nowMs: number
  /** When the first refused call was sent, and what had been sent then within one window, with it. */
  readonly refusedMs: number
  readonly sentAtFirst: number
  /** So many calls there may be at a time, where that is the limit; null where it is one on what is sent in a window. */
  readonly places: number | null
}

interface Probe {
  /** What was held to before, and before the last step. */
  readonly from: number
  readonly lastGood: number
  readonly step: number
  readonly nextMs: number
}

/** After so long without a refusal more is tried, as shares of the window; twice as long after each time that failed. */
const PERIOD_SHARE = 1
const PERIOD_SHARE_MAX = 2
/** So much more at first, and twice as much more each step; a step takes 8 s of a minute. */
const STEP = 0.03
const STEP_SHARE = 8 / 60
/** Only where so much of it is used: a limit that nobody reaches is not in the way, and nothing shows that there is more. */
const USED_SHARE = 0.85
/** A limit that turned out so much higher is another one, and may go on rising. */
const RISEN = 1.05

/**
 * Learns one limit: from what the provider says, from what it refuses, and from what it takes when more is tried.
 *
 * Time:  the caller's, in milliseconds; it never goes back.
 * State: what is known of the limit, and how far the next try has come.
 */
export class LearnedLimit {
  private readonly windowMs: number
  private readonly told: ToldLimit
  private configuredMax: number | null
  private known: Learned | null = null
  private toldMs = -Infinity
  private isWindow = false
  /** Nothing below is learned: what one request takes. */
  private min = 1
  private probe: Probe | null = null
  private cleanSinceMs = -Infinity
  private periodShare = PERIOD_SHARE

  constructor({ configured, windowMs }: LearnedLimitOptions) {
    this.configuredMax = configured
    this.windowMs = windowMs
    this.told = new ToldLimit(windowMs)
  }

  get configured(): number | null {
    return this.configuredMax
  }

  /** Null: no other limit than the configured one. */
  get learned(): Learned | null {
    return this.known
  }

  get usedByOthers(): number {
    return this.told.usedByOthers
  }

  /** What is held to. */
  get limit(): number | null {
    const { ceiling, left } = this.told
    const learned = Math.min(this.known?.limit ?? Infinity, ceiling, Math.floor(left))
    const limit = Math.min(this.max, Math.max(this.min, learned))
    return limit === Infinity ? null : limit
  }

  /** There are requests that take so much: by what is learned they would wait, but never be given up. */
  needs(cost: number): void {
    this.min = Math.max(this.min, Math.ceil(cost))
  }

  configure(configured: number | null): void {
    this.configuredMax = configured
    this.set(this.known)
  }

  /** What was learned before this process was there; not where this one has been told something since. */
  restore(learned: Learned, nowMs: number): void {
    if (this.toldMs === -Infinity) this.startAt(learned, nowMs)
  }

  /** What an answer says of it. */
  read(limit: ProviderLimit, at: ToldAt, nowMs: number): void {
    const told = this.told.read(limit, at, this.configuredMax)
    if (told === null) return
    this.toldMs = nowMs
    this.startAt({ limit: told, sinceMs: nowMs, why: 'told' }, nowMs)
  }

  /** A call is sent, and nothing was refused of late: tries more where it is time to. `sent` is what was sent within one window. */
  raise(nowMs: number, sent: number): void {
    this.told.exceeded(sent)
    const ceiling = Math.min(this.max, this.told.ceiling)
    if (this.known === null || this.known.limit >= ceiling) return
    const { from, step, nextMs } = this.probe ?? {
      from: this.known.limit,
      step: STEP,
      nextMs: this.cleanSinceMs + this.periodShare * this.windowMs,
    }
    if (nowMs < nextMs || sent < from * USED_SHARE) return
    const lastGood = this.known.limit
    const limit = Math.min(Math.max(Math.floor(from * (1 + step)), lastGood + 1), ceiling)
    this.set({ limit, sinceMs: nowMs, why: 'probed' })
    this.probe = { from, lastGood, step: 2 * step, nextMs: nowMs + STEP_SHARE * this.windowMs }
    if (limit < ceiling) return
    this.probe = null
    this.periodShare = PERIOD_SHARE
  }

  /** Calls were refused for it, and one has got through again. */
  lower(refusal: LimitRefusal): void {
    const { nowMs, refusedMs, sentAtFirst, places } = refusal
    this.told.refused(sentAtFirst)
    this.cleanSinceMs = nowMs
    // What was refused before it was told says nothing of what is held to since.
    if (refusedMs <= this.toldMs) return
    const { limit, why } =
      places === null ? this.estimate(refusal) : ({ limit: places, why: 'refused' } as const)
    const from = this.probe?.from ?? null
    const lowered = Math.max(Math.floor(limit), from ?? this.min, this.min)
    if (from !== null)
      this.periodShare =
        lowered > from * RISEN ? PERIOD_SHARE : Math.min(2 * this.periodShare, PERIOD_SHARE_MAX)
    this.probe = null
    this.set({ limit: Math.min(lowered, this.told.ceiling), sinceMs: nowMs, why })
  }

  private get max(): number {
    return this.configuredMax ?? Infinity
  }

  private estimate(refusal: LimitRefusal): LimitEstimate {
    const heldTo = Math.min(this.max, this.known?.limit ?? Infinity)
    const estimate = estimateLimit({
      ...refusal,
      heldTo: heldTo === Infinity ? refusal.sentAtFirst : heldTo,
      windowMs: this.windowMs,
      lastGood: this.probe?.lastGood ?? null,
      isWindow: this.isWindow,
    })
    this.isWindow ||= estimate.why === 'window'
    return estimate
  }

  private startAt(learned: Learned, nowMs: number): void {
    this.set(learned)
    this.probe = null
    this.cleanSinceMs = nowMs
    this.periodShare = PERIOD_SHARE
  }

  private set(learned: Learned | null): void {
    this.known = learned !== null && learned.limit < this.max ? learned : null
  }
}
