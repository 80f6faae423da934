import { type Observable, Subject } from 'rxjs'

export interface LoadMaxima {
  readonly eventsMax: number
  readonly bytesMax: number
  /** Offsets finished beyond the watermark. */
  readonly aheadMax: number
}

/** What a lane holds, against its maxima. */
export interface LaneLoad {
  readonly events: number
  readonly bytes: number
  hold(events: number, bytes: number): void
  /** Called after a commit: what was held has become durable. */
  release(events: number, bytes: number): void
  /** At a maximum: nothing more may be taken. */
  full(): boolean
  /** Half of every maximum is free. */
  relaxed(): boolean
  /** After each release. */
  readonly eased$: Observable<void>
}

/** Counts what one lane holds; `ahead` tells how many offsets are finished beyond its watermark. */
export function laneLoad(
  { eventsMax, bytesMax, aheadMax }: LoadMaxima,
  ahead: () => number = () => 0,
): LaneLoad {
  const eased$ = new Subject<void>()
  let events = 0
  let bytes = 0
  return {
    get events() {
      return events
    },
    get bytes() {
      return bytes
    },
    hold(moreEvents, moreBytes) {
      events += moreEvents
      bytes += moreBytes
    },
    release(fewerEvents, fewerBytes) {
      events -= fewerEvents
      bytes -= fewerBytes
      eased$.next()
    },
    full: () => events >= eventsMax || bytes >= bytesMax || ahead() >= aheadMax,
    relaxed: () => events <= eventsMax / 2 && bytes <= bytesMax / 2 && ahead() <= aheadMax / 2,
    eased$,
  }
}
