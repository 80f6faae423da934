import {
  AsyncSubject,
  concatMap,
  defer,
  finalize,
  merge,
  type Observable,
  type SchedulerLike,
  Subject,
  Subscription,
  take,
  takeUntil,
  throwError,
  timer,
} from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { CallPriority } from '../../schemas/rule.ts'
import type { Quota, QuotaAnswer, QuotaRequest, TokenUse } from './quota.ts'
import { type WaitingCall, WaitingCalls } from './waiting-calls.ts'

export interface AdmissionOptions {
  readonly quota: Quota
  readonly clock: SchedulerLike
  /** How long no call may start whatever the quota says, in milliseconds; 0 when one may, Infinity until `look` is called. */
  readonly closedMs: () => number
  /** How long a call waits that has another model to go to, in milliseconds. */
  readonly fallbackAfterMs: () => number
}

export interface CallRequest {
  readonly priority: CallPriority
  readonly ruleId: string
  /** As estimated. */
  readonly tokens: TokenUse
  /** Another model is asked when this one does not come to it soon. */
  readonly hasFallback: boolean
  readonly isRetry: boolean
}

/** It is at its end for the model: its place is free, and it is charged what it used; null: as it was estimated. Once for each call. */
export type Settle = (used: TokenUse | null) => void

/**
 * Lets calls through as the quota allows, in the order of their priorities.
 *
 * Shape:  `admit` runs each call once, when its turn has come; the call settles what it was given, however it ends.
 * Time:   waits as long as the quota says, without a limit: the caller has a deadline. It asks again when a wait has
 *         passed, when a call has ended, and when `look` is called.
 * State:  the calls that wait, as many as the lanes judge at once; and while there are such, one timer or one question to the
 *         quota for all of them: were each to subscribe to them, it would take several times the room and the time.
 * Errors: those of the call; `model_request_rejected` for one that is larger than a limit; `model_busy` for one that has
 *         another model to go to and waited too long.
 */
export class Admission {
  private readonly waiting = new WaitingCalls<Turn>()
  private readonly quota: Quota
  private readonly clock: SchedulerLike
  private readonly closedMs: () => number
  private readonly fallbackAfterMs: () => number
  private readonly away$ = new Subject<void>()
  private pause = Subscription.EMPTY
  private isAsking = false
  private isGiving = false
  /** Since the quota was asked, so that an answer to wait is out of date. */
  private hasChanged = false

  constructor({ quota, clock, closedMs, fallbackAfterMs }: AdmissionOptions) {
    this.quota = quota
    this.clock = clock
    this.closedMs = closedMs
    this.fallbackAfterMs = fallbackAfterMs
  }

  get queued(): number {
    return this.waiting.count
  }

  queuedAt(priority: CallPriority): number {
    return this.waiting.countAt(priority)
  }

  admit<T>(call: (settle: Settle) => Observable<T>, request: CallRequest): Observable<T> {
    return defer(() => {
      const turn = new Turn(request, this.clock.now())
      this.waiting.enter(turn)
      // It may be able to go where the one that has been waited for is not.
      if (this.waiting.next(turn.sinceMs) === turn) this.look()
      const { given } = turn
      return given === null
        ? this.waitFor(turn).pipe(concatMap(later => this.start(call, later)))
        : this.start(call, given)
    })
  }

  /** Something has changed that may let a call through. */
  look(): void {
    this.hasChanged = true
    if (!this.isAsking && !this.isGiving) this.giveTurns()
  }

  /** Nobody gets through for some time: whoever has another model to go to, goes. */
  turnAway(): void {
    this.away$.next()
  }

  private start<T>(call: (settle: Settle) => Observable<T>, given: Given): Observable<T> {
    if (given.kind === 'never') return throwError(() => tooLarge(given.by))
    return call(used => {
      this.quota.settle(given.lease, used)
      this.look()
    })
  }

  private waitFor(turn: Turn): Observable<Given> {
    const given$ = new AsyncSubject<Given>()
    turn.given$ = given$
    const waited$ = turn.request.hasFallback ? merge(given$, this.impatience(given$)) : given$
    return waited$.pipe(
      finalize(() => {
        this.waiting.remove(turn, false)
        if (this.waiting.count === 0) this.pause.unsubscribe()
      }),
    )
  }

  private impatience(given$: Observable<Given>): Observable<never> {
    const busy = () => new PipelineError('model_busy', 'its turn did not come, and there is another model')
    return merge(timer(this.fallbackAfterMs(), this.clock), this.away$).pipe(
      take(1),
      concatMap(() => throwError(busy)),
      takeUntil(given$),
    )
  }

  /** Gives turns until nobody waits, or there is something to be waited for. */
  private giveTurns(): void {
    // In a loop: a call may end while it is started, and then the next one's turn must not be given from within.
    this.isGiving = true
    this.pause.unsubscribe()
    while (this.hasChanged && !this.isAsking) {
      this.hasChanged = false
      const turn = this.waiting.next(this.clock.now())
      if (turn !== undefined) this.ask(turn)
    }
    this.isGiving = false
  }

  private ask(turn: Turn): void {
    const closedMs = this.closedMs()
    if (closedMs > 0) {
      this.waitMs(closedMs)
      return
    }
    this.isAsking = true
    this.quota.take(asked(turn.request, this.clock.now() - turn.sinceMs)).subscribe(answer => {
      this.isAsking = false
      if (answer.kind !== 'wait') this.give(turn, answer)
      else if (!this.hasChanged) this.waitMs(answer.waitMs)
      if (this.hasChanged && !this.isGiving) this.giveTurns()
    })
  }

  private waitMs(ms: number): void {
    // Without a time only the end of a call helps, which looks by itself.
    if (ms === Infinity) return
    this.pause = this.clock.schedule(() => {
      this.look()
    }, ms)
  }

  private give(turn: Turn, given: Given): void {
    // There may be more for the next one.
    this.hasChanged = true
    if (turn.isWaiting) {
      this.waiting.remove(turn, given.kind === 'granted')
      turn.give(given)
      // It left while the quota was asked: nothing was sent.
    } else if (given.kind === 'granted') this.quota.settle(given.lease, { input: 0, output: 0 })
  }
}

type Given = Exclude<QuotaAnswer, { kind: 'wait' }>

/** The place of a call among those that wait. */
class Turn implements WaitingCall {
  isWaiting = false
  given: Given | null = null
  /** Made only where it has to be waited for. */
  given$: AsyncSubject<Given> | null = null
  readonly request: CallRequest
  readonly sinceMs: number

  constructor(request: CallRequest, sinceMs: number) {
    this.request = request
    this.sinceMs = sinceMs
  }

  get priority(): CallPriority {
    return this.request.priority
  }

  get ruleId(): string {
    return this.request.ruleId
  }

  give(given: Given): void {
    this.given = given
    this.given$?.next(given)
    this.given$?.complete()
  }
}

function asked({ tokens, priority }: CallRequest, waitedMs: number): QuotaRequest {
  return { tokens, critical: priority === 'critical', waitedMs }
}

function tooLarge(limit: string): PipelineError {
  return new PipelineError('model_request_rejected', `the request is larger than limits.${limit} allows`)
}
