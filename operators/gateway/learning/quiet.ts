import type { QuotaUse } from '../quota.ts'

/** A call as it was when it was sent. */
export interface SentCall {
  /** Counted in the order of sending. */
  readonly number: number
  readonly sentMs: number
  /** What was charged then in the window of each limit, with this call. */
  readonly used: QuotaUse
  /** So many of those had been refused, as far as was known. */
  readonly refused: number
}

export interface RefusedCall {
  readonly call: SentCall
  readonly nowMs: number
  readonly retryAfterMs: number | undefined
}

/** What a burst of refusals was, once a call got through again. */
export interface Hold {
  readonly first: SentCall
  /** The last canary that was refused, or the first call where none was. */
  readonly last: SentCall
  readonly through: SentCall
  readonly refused: number
  /** Most calls in flight at which one was refused, without those refused: so many places there are. Canaries, sent later, do not count. */
  readonly places: number
  /** What got through was sent when the provider was expected to accept it again: it has not waited longer than it had to. */
  readonly isTimed: boolean
}

interface Burst {
  readonly first: SentCall
  last: SentCall
  refused: number
  /** Of those that were sent before the first refusal was known: how many, and the most in flight at one of them. */
  refusedAtOnce: number
  inFlightMost: number
  untilMs: number
  isTimed: boolean
  /** The one call that is out to see whether the provider is open again. */
  canary: SentCall | null
  gapMs: number
  /** So long after it was sent, a canary that was refused would be back. */
  readonly patienceMs: number
  /** Nothing new is learned from it: the call was sent before the last burst was over. */
  readonly isStale: boolean
  /** The beginning of a window was waited for. */
  hasTriedBoundary: boolean
}

/** Until a canary is sent, as shares of the window: 1 s of a minute at first, then half as long again each time, up to 5 s. */
const GAP_SHARE = 1 / 60
const GAP_SHARE_MAX = 1 / 12
const GAP_GROWTH = 1.5
/** What takes longer than any window may take a day: then the gaps grow on, as a share of the time that has passed. */
const GAP_SHARE_OF_HOLD = 1 / 8

/** A canary counts as accepted when it is out for so many times as long as a refusal took, since answers take much longer. */
const PATIENCE = 4
const PATIENCE_SHARE_MAX = 1 / 4

/** How far past the turn of the clock's minute a window is tried that begins with it: clocks differ. */
const BOUNDARY_SHARE = 1 / 1000

/**
 * Keeps calls back from a provider that refuses them, until one call at a time has found out that it accepts again.
 *
 * Shape:  open until a call is refused; then closed for as long as the provider asks for, or a little while, and each time that is
 *         over one call may be sent. When it is not refused, all may follow.
 * Time:   the caller's, in milliseconds; it never goes back.
 * State:  one burst of refusals.
 * Errors: none.
 */
export class Quiet {
  private readonly windowMs: number
  private burst: Burst | null = null
  /** The number of the call that got through after the last burst. */
  private openedBy = 0
  /** Whether the last burst of several tries ended when a minute of the clock began: then windows seem to begin so. */
  private isAligned = false

  constructor(windowMs: number) {
    this.windowMs = windowMs
  }

  /** Calls refused since the burst began; 0 where none is under way. */
  get refusals(): number {
    return this.burst?.refused ?? 0
  }

  /** How long no call may be sent: 0 when one may. What is heard of a canary may end it earlier. */
  closedMs(nowMs: number): number {
    if (this.burst === null) return 0
    const { canary, patienceMs, untilMs } = this.burst
    return Math.max(0, (canary === null ? untilMs : canary.sentMs + patienceMs) - nowMs)
  }

  sent(call: SentCall): void {
    if (this.burst !== null) this.burst.canary ??= call
  }

  refused({ call, nowMs, retryAfterMs }: RefusedCall): void {
    if (this.burst === null) this.begin({ call, nowMs, retryAfterMs })
    else {
      this.burst.refused++
      if (call === this.burst.canary) this.tryLater(this.burst, { call, nowMs, retryAfterMs })
      else this.refusedBeside(this.burst, { call, nowMs, retryAfterMs })
    }
  }

  /** What the burst was, where this call ends it. */
  accepted(call: SentCall): Hold | null {
    return call === this.burst?.canary ? this.open(this.burst, call) : null
  }

  /** What the burst was, where its canary is out for so long that it cannot have been refused. */
  outlasted(nowMs: number): Hold | null {
    const { burst } = this
    if (burst === null || burst.canary === null) return null
    return nowMs < burst.canary.sentMs + burst.patienceMs ? null : this.open(burst, burst.canary)
  }

  /** The call ended without an answer to whether the provider accepts calls. */
  ended(call: SentCall, nowMs: number): void {
    if (this.burst === null || call !== this.burst.canary) return
    this.burst.canary = null
    waitAtLeast(this.burst, nowMs + this.windowMs * GAP_SHARE)
  }

  private begin({ call, nowMs, retryAfterMs }: RefusedCall): void {
    const isStale = call.number < this.openedBy
    // It belongs to a burst that is over. That the provider wants to be left alone is news all the same.
    if (isStale && retryAfterMs === undefined) return
    const gapMs = this.windowMs * GAP_SHARE
    this.burst = {
      first: call,
      last: call,
      refused: 1,
      refusedAtOnce: 1,
      inFlightMost: call.used.concurrency,
      untilMs: nowMs + (retryAfterMs ?? gapMs),
      isTimed: retryAfterMs !== undefined,
      canary: null,
      gapMs,
      patienceMs: this.patienceMs(nowMs - call.sentMs),
      isStale,
      hasTriedBoundary: false,
    }
  }

  private refusedBeside(burst: Burst, { call, nowMs, retryAfterMs }: RefusedCall): void {
    burst.refusedAtOnce++
    burst.inFlightMost = Math.max(burst.inFlightMost, call.used.concurrency)
    if (retryAfterMs !== undefined) waitAtLeast(burst, nowMs + retryAfterMs)
  }

  private tryLater(burst: Burst, { call, nowMs, retryAfterMs }: RefusedCall): void {
    const gapMsMax = Math.max(this.windowMs * GAP_SHARE_MAX, (nowMs - burst.first.sentMs) * GAP_SHARE_OF_HOLD)
    burst.canary = null
    burst.last = call
    burst.gapMs = Math.min(burst.gapMs * GAP_GROWTH, gapMsMax)
    burst.isTimed = retryAfterMs !== undefined
    // A provider that says 0 again and again would be asked without a pause.
    const toldMs = nowMs + Math.max(retryAfterMs ?? 0, this.windowMs * GAP_SHARE)
    waitAtLeast(burst, retryAfterMs === undefined ? this.nextTryMs(burst, nowMs) : toldMs)
  }

  private patienceMs(refusalMs: number): number {
    const { windowMs } = this
    return Math.min(Math.max(windowMs * GAP_SHARE, PATIENCE * refusalMs), windowMs * PATIENCE_SHARE_MAX)
  }

  private nextTryMs(burst: Burst, nowMs: number): number {
    if (burst.hasTriedBoundary) this.isAligned = false
    if (!this.isAligned) return nowMs + burst.gapMs
    burst.hasTriedBoundary = true
    burst.isTimed = true
    return this.boundaryBefore(nowMs) + this.windowMs * (1 + BOUNDARY_SHARE)
  }

  private open(burst: Burst, through: SentCall): Hold | null {
    const { first, last, refused, isTimed, isStale } = burst
    this.burst = null
    this.openedBy = through.number
    // It arrives later than it was sent.
    const arrivedMs = through.sentMs + this.windowMs * GAP_SHARE
    if (last !== first) this.isAligned = this.boundaryBefore(arrivedMs) > last.sentMs
    const places = burst.inFlightMost - burst.refusedAtOnce
    return isStale ? null : { first, last, through, refused, places, isTimed }
  }

  private boundaryBefore(atMs: number): number {
    return Math.floor(atMs / this.windowMs) * this.windowMs
  }
}

function waitAtLeast(burst: Burst, untilMs: number): void {
  burst.untilMs = Math.max(burst.untilMs, untilMs)
}
