import { setTimeout as delay } from 'node:timers/promises'

export interface PaceOptions {
  /** How much faster than it was recorded; `max` does not wait at all. */
  readonly speed: number | 'max'
  /** In milliseconds, from any point in time. */
  readonly wall: () => number
}

/** A timer does not take more. */
const WAIT_MS_MAX = 3_600_000

/** When each record of a recording is due, from when its first one is asked for. */
export class Pace {
  readonly #options: PaceOptions
  #startMs = NaN
  #firstMs = NaN
  #reachedMs = -Infinity

  constructor(options: PaceOptions) {
    this.#options = options
  }

  /** Wall time. What went back in time is due with the record before it; at `max` everything is due at once. */
  dueMs(timestampMs: number): number {
    if (Number.isNaN(this.#startMs)) {
      this.#startMs = this.#options.wall()
      this.#firstMs = timestampMs
    }
    this.#reachedMs = Math.max(this.#reachedMs, timestampMs)
    return this.#startMs + this.sinceFirstMs(this.#reachedMs)
  }

  /** How long after the first record that is, as it is played. */
  sinceFirstMs(timestampMs: number): number {
    const { speed } = this.#options
    return speed === 'max' ? 0 : (timestampMs - this.#firstMs) / speed
  }

  /** How long it takes yet until then; 0 where nobody can tell. */
  leftMs(timestampMs: number): number {
    const leftMs = this.#startMs + this.sinceFirstMs(timestampMs) - this.#options.wall()
    return leftMs > 0 ? leftMs : 0
  }

  /** Resolves when it is that time, or at once when it is told to stop. */
  async until(dueMs: number, stopping: AbortSignal): Promise<void> {
    const { wall } = this.#options
    for (let waitMs = dueMs - wall(); waitMs > 0 && !stopping.aborted; waitMs = dueMs - wall()) {
      // Cut short by the end, which is no fault.
      await delay(Math.min(waitMs, WAIT_MS_MAX), null, { signal: stopping }).catch(() => undefined)
    }
  }
}
