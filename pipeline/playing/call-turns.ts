import {
  concatMap,
  defer,
  dematerialize,
  finalize,
  filter,
  ignoreElements,
  materialize,
  merge,
  type Observable,
  type ObservableNotification,
  of,
  type SchedulerLike,
  Subject,
  take,
  tap,
  timer,
} from 'rxjs'
import { FirstInFirstOut } from '../../operators/first-in-first-out.ts'
import type { AskModel, ModelReply, ModelRequest } from '../../operators/asking/model.ts'

/** How long a model takes to answer, in virtual milliseconds. */
export type LatencyOf = (request: ModelRequest) => number

interface Turn {
  readonly given$: Subject<Reply>
  /** Null: it is not here. */
  reply: Reply | null
  hasLeft: boolean
}

/** A reply, or the failure of its call. */
type Reply = ObservableNotification<ModelReply>

/**
 * The calls to models of a run in virtual time: each takes its latency by the clock, and then its answer is given out in turn,
 * so that answers which come in any order by the wall clock have one order in the run.
 */
export class CallTurns {
  private readonly row = new FirstInFirstOut<Turn>()
  private readonly changed$ = new Subject<void>()
  private readonly clock: SchedulerLike

  constructor(clock: SchedulerLike) {
    this.clock = clock
  }

  /** Calls whose answer is due: time stands still until they are given out. */
  get due(): number {
    this.passOver()
    return this.row.size
  }

  /** Emits once, as soon as the first answer that is due is here, or none is due. */
  get ready$(): Observable<unknown> {
    return defer(() =>
      this.isReady
        ? of(null)
        : this.changed$.pipe(
            filter(() => this.isReady),
            take(1),
          ),
    )
  }

  /** Gives out what is due, in the order in which it became so, as far as it is here; true when nothing is due any more. */
  giveOut(): boolean {
    for (let turn = this.row.first; turn !== undefined; turn = this.row.first) {
      if (!turn.hasLeft && turn.reply === null) return false
      this.row.shift()
      if (turn.reply !== null) turn.given$.next(turn.reply)
    }
    return true
  }

  /** The same port, with its answers in turn. The request is made at once, and may take less or more than its latency. */
  inTurn(ask: AskModel, latencyOf: LatencyOf = atOnce): AskModel {
    return request =>
      defer(() => {
        const turn: Turn = { given$: new Subject(), reply: null, hasLeft: false }
        const asked$ = ask(request).pipe(
          materialize(),
          take(1),
          tap(reply => {
            turn.reply = reply
            this.changed$.next()
          }),
          ignoreElements(),
        )
        return merge(asked$, this.given$(turn, latencyOf(request))).pipe(
          take(1),
          dematerialize(),
          finalize(() => {
            turn.hasLeft = true
            this.changed$.next()
          }),
        )
      })
  }

  private given$(turn: Turn, latencyMs: number): Observable<Reply> {
    const due$: Observable<unknown> = latencyMs > 0 ? timer(latencyMs, this.clock) : of(null)
    return due$.pipe(
      concatMap(() => {
        this.row.push(turn)
        return turn.given$
      }),
    )
  }

  private get isReady(): boolean {
    this.passOver()
    return this.row.first?.reply !== null
  }

  /** Whoever has left waits for nothing. */
  private passOver(): void {
    while (this.row.first?.hasLeft === true) this.row.shift()
  }
}

function atOnce(): number {
  return 0
}
