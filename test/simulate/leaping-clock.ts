import { DrivenClock } from '../../pipeline/memory/driven-clock.ts'

/** A driven clock that can also leap: what was due on the way fires at its end, as in a process that stood still. */
export class LeapingClock extends DrivenClock {
  leapTo(timeMs: number): void {
    for (const action of this.actions) action.delay = Math.max(action.delay, timeMs)
    this.advanceTo(timeMs)
  }
}
