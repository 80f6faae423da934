import { concatMap, defer, finalize, type Observable, Subject, tap } from 'rxjs'
import { FirstInFirstOut } from './first-in-first-out.ts'

export interface TurnstileOptions {
  /** Whether one more may pass, so many being within. Whoever says no on account of something else calls `look` later. */
  readonly isOpen: (held: number) => boolean
  readonly levels?: number
}

/** Lets work through while it is open; the others wait, higher levels first, and in order within a level. */
export interface Turnstile {
  readonly held: number
  readonly waiting: number
  waitingAt(level: number): number
  /** Runs `work$` when it is its turn; it holds its place until its first value or its end. Unsubscribing gives up turn or place. */
  hold<T>(work$: Observable<T>, level?: number): Observable<T>
  /** Lets the waiting through, as far as it is open now. */
  look(): void
}

/** The waiting are as many as the caller subscribes: it has a bound of its own. */
export function turnstile({ isOpen, levels = 1 }: TurnstileOptions): Turnstile {
  const queues = Array.from({ length: levels }, () => new TurnQueue())
  let held = 0
  let waiting = 0
  let letting = false

  // One loop lets all through: work that ends within its start must not recurse.
  const look = () => {
    if (letting) return
    letting = true
    try {
      while (waiting > 0 && isOpen(held)) {
        const turn = queues.findLast(queue => queue.waiting > 0)?.next()
        if (turn === undefined) return
        waiting--
        held++
        turn.isGiven = true
        turn.given$.next()
        turn.given$.complete()
      }
    } finally {
      letting = false
    }
  }
  const leave = () => {
    held--
    look()
  }
  const wait = <T>(work$: Observable<T>, queue: TurnQueue) => {
    const turn: Turn = { given$: new Subject<void>(), isGiven: false, isAbandoned: false }
    queue.push(turn)
    waiting++
    return turn.given$.pipe(
      // Within, so that the work has let go of everything before the next one looks.
      concatMap(() => leaving(work$, leave)),
      finalize(() => {
        if (turn.isGiven) return
        queue.abandon(turn)
        waiting--
      }),
    )
  }

  return {
    get held() {
      return held
    },
    get waiting() {
      return waiting
    },
    waitingAt: level => queues[level]?.waiting ?? 0,
    hold: (work$, level = 0) =>
      defer(() => {
        const queue = queues[level]
        if (queue === undefined) throw new Error(`there is no level ${level}`)
        if (letting || waiting > 0 || !isOpen(held)) return wait(work$, queue)
        held++
        return leaving(work$, leave)
      }),
    look,
  }
}

/** Leaves at the first value, before it goes on, since the next need not wait for what follows from it; at the end at the latest. */
function leaving<T>(work$: Observable<T>, leave: () => void): Observable<T> {
  let isWithin = true
  const leaveOnce = () => {
    if (!isWithin) return
    isWithin = false
    leave()
  }
  return work$.pipe(tap(leaveOnce), finalize(leaveOnce))
}

interface Turn {
  readonly given$: Subject<void>
  isGiven: boolean
  isAbandoned: boolean
}

class TurnQueue {
  /** Turns that were given up stay in the row and are passed over when they come up. */
  waiting = 0
  private readonly row = new FirstInFirstOut<Turn>()

  push(turn: Turn): void {
    this.row.push(turn)
    this.waiting++
  }

  abandon(turn: Turn): void {
    turn.isAbandoned = true
    this.waiting--
  }

  next(): Turn | undefined {
    for (let turn = this.row.shift(); turn !== undefined; turn = this.row.shift()) {
      if (turn.isAbandoned) continue
      this.waiting--
      return turn
    }
    return undefined
  }
}
