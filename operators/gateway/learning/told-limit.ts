import type { ProviderLimit } from '../../../schemas/quota-limits.ts'

export interface ToldAt {
  /** When the call was sent with whose answer it came. */
  readonly sentMs: number
  /** What had been sent then within one window, with that call. */
  readonly sent: number
}

/** Taken for noise: of a limit, what others seem to use. */
const NOISE_SHARE = 0.02
/** What others leave is never taken for less: an answer is needed to see that they have stopped. */
const LEFT_SHARE_MIN = 0.1
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
 * State:  the newest limit, and what others use of it.
 * Errors: none.
 */
export class ToldLimit {
  private told: number | null = null
  private trust: 'untested' | 'proven' | 'disproved' = 'untested'
  private toldMs = -Infinity
  private others = 0

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
    this.told = limit
    this.toldMs = at.sentMs
    if (configured !== null && limit >= configured) this.trust = 'proven'
    if (remaining !== null && this.trust === 'proven')
      this.others = othersOf(limit, limit - remaining - at.sent)
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
}

function othersOf(limit: number, others: number): number {
  return others > limit * NOISE_SHARE ? others : 0
}
