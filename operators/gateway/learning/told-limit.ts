import type { ProviderLimit } from '../../../schemas/quota-limits.ts'

export interface ToldAt {
  /** When the call was sent with whose answer it came. */
  readonly sentMs: number
  /** What had been sent then within one window, with that call. */
  readonly sent: number
}

interface Reading {
  readonly limit: number
  readonly used: number
}

/** The most that others were seen to use since a window began, and in the one before. */
interface FixedWindows {
  readonly sinceMs: number
  readonly most: number
  readonly mostBefore: number
}

/** Taken for noise: of a limit, what others seem to use. */
const NOISE_SHARE = 0.02
/** What others leave is never taken for less: an answer is needed to see that they have stopped. */
const LEFT_SHARE_MIN = 0.1
/** Less used by so much of it within so much of the window: all at once, a new window of the provider's has begun. */
const RESET_SHARE = 0.5
const RESET_WITHIN_SHARE = 0.25
/** Where none has begun for so many windows, they are no longer of that kind. */
const RESET_EVERY_MAX = 1.5
/** Refused at so much of it: it is true. */
const PROVEN_SHARE = 0.8
/** Accepted within one window at so many times of it, it is none of a window: a bucket holds one, and gets one meanwhile. */
const DISPROVED_SHARE = 2.2

/**
 * What the headers of a provider say of one limit.
 *
 * Shape:  a limit is believed when it was once as high as the configured one, or when calls were refused at it; before, it is
 *         held to, but more may be tried: some providers count in another unit.
 * Time:   the newest request has the word: answers come in any order.
 * State:  the newest limit, and what others use of it, in fixed windows the most of this one and the one before.
 * Errors: none.
 */
export class ToldLimit {
  private told: number | null = null
  private trust: 'untested' | 'proven' | 'disproved' = 'untested'
  private toldMs = -Infinity
  private others = 0
  private used = 0
  /** What others use, where the provider's windows all begin anew; null where what was used leaves them bit by bit. */
  private fixed: FixedWindows | null = null
  private readonly windowMs: number

  constructor(windowMs: number) {
    this.windowMs = windowMs
  }

  /** What it is no use to try to exceed. */
  get ceiling(): number {
    return this.trust === 'proven' ? (this.told ?? Infinity) : Infinity
  }

  /** Of the limit, what others use. */
  get usedByOthers(): number {
    return this.others
  }

  /** What others leave of the limit. */
  get left(): number {
    if (this.told === null || this.others === 0) return Infinity
    return Math.max(this.told - this.others, this.told * LEFT_SHARE_MIN)
  }

  /** The limit, where it is another one than before. */
  read({ limit, remaining }: ProviderLimit, at: ToldAt, configured: number | null): number | null {
    if (this.trust === 'disproved' || at.sentMs < this.toldMs) return null
    const before = this.told
    if (configured !== null && limit >= configured) this.trust = 'proven'
    if (remaining !== null && this.trust === 'proven') this.see({ limit, used: limit - remaining }, at)
    this.told = limit
    this.toldMs = at.sentMs
    return limit === before ? null : limit
  }

  /** A call was refused when so much had been sent within one window. */
  refused(sent: number): void {
    if (this.trust === 'untested' && this.told !== null && sent >= this.told * PROVEN_SHARE)
      this.trust = 'proven'
  }

  /** So much was sent within one window, and nothing refused. */
  exceeded(sent: number): void {
    if (this.trust === 'untested' && this.told !== null && sent > this.told * DISPROVED_SHARE)
      this.trust = 'disproved'
  }
  private see(reading: Reading, at: ToldAt): void {
    const { limit, used } = reading
    const seen = used - at.sent
    this.fixed = this.hasBegun(reading, at)
      ? { sinceMs: at.sentMs, most: seen, mostBefore: this.fixed?.most ?? this.others }
      : this.stillFixed(seen, at.sentMs)
    this.used = used
    // At the beginning of such a window nearly nothing is used, and all of it would be taken from who comes evenly.
    const others = this.fixed === null ? seen : Math.max(this.fixed.most, this.fixed.mostBefore)
    this.others = others > limit * NOISE_SHARE ? others : 0
  }

  private hasBegun({ limit, used }: Reading, { sentMs }: ToldAt): boolean {
    if (limit !== this.told || sentMs - this.toldMs >= this.windowMs * RESET_WITHIN_SHARE) return false
    return used < this.used - limit * RESET_SHARE
  }

  private stillFixed(seen: number, nowMs: number): FixedWindows | null {
    const { fixed } = this
    if (fixed === null || nowMs - fixed.sinceMs > this.windowMs * RESET_EVERY_MAX) return null
    return { ...fixed, most: Math.max(fixed.most, seen) }
  }
}
