import { VirtualAction, VirtualTimeScheduler } from 'rxjs'

/** A clock that stands still until it is moved: for recordings and tests. Epoch milliseconds. */
export class DrivenClock extends VirtualTimeScheduler {
  constructor(startMs: number) {
    super(VirtualAction, startMs)
    this.frame = startMs
  }

  /** When the next timer fires; null when there is none. */
  get nextTimerMs(): number | null {
    return this.actions.find(action => !action.closed)?.delay ?? null
  }

  /** Moves to `timeMs` and fires every timer on the way, in order. */
  advanceTo(timeMs: number): void {
    this.maxFrames = timeMs
    this.flush()
    this.frame = Math.max(this.frame, timeMs)
  }
}
