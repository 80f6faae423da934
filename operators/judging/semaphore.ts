import { defer, finalize, mergeMap, type Observable, ReplaySubject, take } from 'rxjs'

/** At most so many at once; the others wait, higher levels first, and in order within a level. */
export interface Semaphore {
  readonly held: number
  readonly waiting: number
  waitingAt(level: number): number
  /** Runs `work$` while holding a place; waits for one first. Unsubscribing gives up the place or the turn. */
  hold<T>(work$: Observable<T>, level?: number): Observable<T>
}

interface Turn {
  readonly granted$: ReplaySubject<void>
  given: boolean
  abandoned: boolean
}

/** The waiting are as many as the caller subscribes: it has a bound of its own. */
export function semaphore(max: number, levels = 1): Semaphore {
  const queues = Array.from({ length: levels }, () => new TurnQueue())
  let held = 0
  let granting = false

  // One loop grants for all: work that ends within its grant must not recurse.
  const grant = () => {
    if (granting) return
    granting = true
    try {
      while (held < max) {
        const turn = queues.findLast(queue => queue.waiting > 0)?.next()
        if (turn === undefined) return
        turn.given = true
        held++
        turn.granted$.next()
      }
    } finally {
      granting = false
    }
  }

  const giveBack = (turn: Turn, queue: TurnQueue) => {
    if (turn.given) held--
    else queue.abandon(turn)
    grant()
  }

  return {
    get held() {
      return held
    },
    get waiting() {
      return queues.reduce((sum, queue) => sum + queue.waiting, 0)
    },
    waitingAt: level => queues[level]?.waiting ?? 0,
    hold: <T>(work$: Observable<T>, level = 0) =>
      defer(() => {
        const turn: Turn = { granted$: new ReplaySubject<void>(1), given: false, abandoned: false }
        const queue = queues[level]
        if (queue === undefined) throw new Error(`there is no level ${level}`)
        queue.push(turn)
        grant()
        return turn.granted$.pipe(
          take(1),
          mergeMap(() => work$, 1),
          finalize(() => {
            giveBack(turn, queue)
          }),
        )
      }),
  }
}

class TurnQueue {
  /** Turns that were given up stay in the row and are passed over when they come up. */
  waiting = 0
  private turns: Turn[] = []
  private head = 0

  push(turn: Turn): void {
    this.turns.push(turn)
    this.waiting++
  }

  abandon(turn: Turn): void {
    turn.abandoned = true
    this.waiting--
  }

  next(): Turn | undefined {
    for (;;) {
      const turn = this.turns[this.head++]
      if (this.head > 1024 && this.head * 2 > this.turns.length) {
        this.turns = this.turns.slice(this.head)
        this.head = 0
      }
      if (turn?.abandoned === true) continue
      if (turn !== undefined) this.waiting--
      return turn
    }
  }
}
