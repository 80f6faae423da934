import { AsyncSubject, concatMap, defer, finalize, type Observable } from 'rxjs'
import { FirstInFirstOut } from '../../../operators/first-in-first-out.ts'

interface Turn {
  readonly place$: AsyncSubject<null>
  state: 'waits' | 'runs' | 'left'
}

/**
 * The calls to one model, of which no more than there are places for are made at once.
 *
 * Shape:  `run` runs the call when a place is free, in the order of subscription.
 * State:  the calls that wait, as many as are handed over beyond the places; an abandoned one until its turn comes.
 * Errors: those of the call.
 */
export class CallLine {
  private readonly waiting = new FirstInFirstOut<Turn>()
  private places = Infinity
  private running = 0

  keepTo(places: number | null): void {
    this.places = places ?? Infinity
    this.giveTurns()
  }

  run<T>(call$: Observable<T>): Observable<T> {
    return defer(() => {
      const turn: Turn = { place$: new AsyncSubject<null>(), state: 'waits' }
      this.waiting.push(turn)
      this.giveTurns()
      return turn.place$.pipe(
        concatMap(() => call$),
        finalize(() => {
          if (turn.state === 'runs') this.running--
          turn.state = 'left'
          this.giveTurns()
        }),
      )
    })
  }

  private giveTurns(): void {
    while (this.running < this.places) {
      const turn = this.waiting.shift()
      if (turn === undefined) return
      if (turn.state === 'left') continue
      turn.state = 'runs'
      this.running++
      turn.place$.next(null)
      turn.place$.complete()
    }
  }
}
