import type { PipelineError } from '../../schemas/failure.ts'

/** What is left of the limit after a failure that more calls at once would make worse. */
const CUT_SHARE = 0.9

/** A call that has ended. */
export interface EndedCall {
  readonly sentMs: number
  /** Calls at the model when it ended, itself included. */
  readonly inFlight: number
}

/**
 * How many calls a model gets at once: fewer while it has too much to do, and bit by bit more as it goes well.
 *
 * Time:  the caller's, in milliseconds.
 * State: the limit and what has happened since it changed. Both ways it changes at most once for a round trip: were each of the
 *        calls in flight to count, one moment of overload would end at 1, and one good moment would make up for any cut.
 */
export class AdaptiveConcurrency {
  private max: number
  private current: number
  private cutMs = -Infinity
  /** Calls that went well, with half of the limit in use, since it changed. */
  private good = 0

  /** Null: there is no limit until a failure shows one. */
  constructor(max: number | null) {
    this.max = max ?? Infinity
    this.current = this.max
  }

  get limit(): number {
    return this.current
  }

  /** Another maximum. It is reached at once, unless overload keeps it lower. */
  configure(max: number | null): void {
    const isCut = this.current < this.max
    this.max = max ?? Infinity
    this.current = isCut ? Math.min(this.current, this.max) : this.max
    this.good = 0
  }

  succeeded({ inFlight }: EndedCall): void {
    // With fewer in use nothing is known of more.
    if (this.current >= this.max || inFlight * 2 < this.current) return
    if (++this.good < this.current) return
    this.current++
    this.good = 0
  }

  failed(error: PipelineError, { sentMs, inFlight }: EndedCall, nowMs: number): void {
    if (!error.overload && error.code !== 'model_timeout') return
    this.good = 0
    // Sent before the last cut, it says nothing of what came of that.
    if (sentMs <= this.cutMs) return
    this.cutMs = nowMs
    const used = Number.isFinite(this.current) ? this.current : inFlight
    this.current = Math.max(1, Math.floor(used * CUT_SHARE))
  }
}
