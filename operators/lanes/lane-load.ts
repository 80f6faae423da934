import { type Observable, Subject } from 'rxjs'

export interface LoadMaxima {
  readonly eventsMax: number
  readonly bytesMax: number
  /** Offsets finished beyond the watermark. */
  readonly aheadMax: number
  /** Records that are written by the transactions to come; no bound where it is absent. */
  readonly unwrittenMax?: number
}

/** What a lane holds, against its maxima. */
export interface LaneLoad {
  readonly events: number
  readonly bytes: number
  /** Offsets finished beyond the watermark. */
  readonly ahead: number
  hold(events: number, bytes: number): void
  /** Records wait for their transaction. */
  queue(records: number): void
  /** Called after a commit: what was held, and the records that waited, have become durable. */
  release(events: number, bytes: number, records?: number): void
  /** At a maximum of what is held: nothing more may be taken. */
  full(): boolean
  /** Transactions are behind: closing something early would not help. */
  behind(): boolean
  /** Half of every maximum of what is held is free. */
  relaxed(): boolean
  /** Transactions have caught up by half. */
  caughtUp(): boolean
  /** After each release. */
  readonly eased$: Observable<void>
}

/** Counts what one lane holds; `ahead` tells how many offsets are finished beyond its watermark. */
export function laneLoad(
  { eventsMax, bytesMax, aheadMax, unwrittenMax = Infinity }: LoadMaxima,
  ahead: () => number = () => 0,
): LaneLoad {
  const eased$ = new Subject<void>()
  let events = 0
  let bytes = 0
  let unwritten = 0
  return {
    get events() {
      return events
    },
    get bytes() {
      return bytes
    },
    get ahead() {
      return ahead()
    },
    hold(moreEvents, moreBytes) {
      events += moreEvents
      bytes += moreBytes
    },
    queue(records) {
      unwritten += records
    },
    release(fewerEvents, fewerBytes, records = 0) {
      events -= fewerEvents
      bytes -= fewerBytes
      unwritten -= records
      eased$.next()
    },
    full: () => events >= eventsMax || bytes >= bytesMax || ahead() >= aheadMax,
    behind: () => unwritten >= unwrittenMax,
    relaxed: () => events <= eventsMax / 2 && bytes <= bytesMax / 2 && ahead() <= aheadMax / 2,
    caughtUp: () => unwritten <= unwrittenMax / 2,
    eased$,
  }
}
