import {
  AsyncSubject,
  concatMap,
  defer,
  EMPTY,
  finalize,
  ignoreElements,
  merge,
  type Observable,
  of,
  queueScheduler,
  race,
  repeat,
  scheduled,
  type SchedulerLike,
  share,
  Subject,
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
  readonly fallbackAfterMs: number
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

/** A call that has been admitted. */
export interface Admitted {
  /** It is at its end for the model: its place is free. Once; what is not settled when the call ends is charged as estimated. */
  settle(used: TokenUse | null): void
}

/**
 * Lets calls through as the quota allows, in the order of their priorities.
 *
 * Shape:  `admit` runs each call once, when its turn has come.
 * Time:   waits as long as the quota says, without a limit: the caller has a deadline. It asks again when a wait has
 *         passed, when a call has ended, and when `look` is called.
 * State:  the calls that wait, as many as the lanes judge at once.
 * Errors: those of the call; `model_request_rejected` for one that is larger than a limit; `model_busy` for one that has
 *         another model to go to and waited too long.
 */
export class Admission {
  private readonly waiting = new WaitingCalls<Turn>()
  private readonly quota: Quota
  private readonly clock: SchedulerLike
  private readonly closedMs: () => number
  private readonly fallbackAfterMs: number
  private readonly away$ = new Subject<void>()
  private readonly looks$ = new Subject<void>()
  /** Ends of calls and changes, so that an answer that is older than one of them is not waited for. */
  private changes = 0
  /** Gives turns as long as somebody waits for one. */
  private readonly turns$: Observable<never>

  constructor({ quota, clock, closedMs, fallbackAfterMs }: AdmissionOptions) {
    this.quota = quota
    this.clock = clock
    this.closedMs = closedMs
    this.fallbackAfterMs = fallbackAfterMs
    // On the queue: turns that end within their start must not recurse.
    const again = () => scheduled([null], queueScheduler)
    this.turns$ = defer(() => this.giveNext()).pipe(repeat({ delay: again }), ignoreElements(), share())
  }

  get queued(): number {
    return this.waiting.count
  }

  queuedAt(priority: CallPriority): number {
    return this.waiting.countAt(priority)
  }

  admit<T>(call: (admitted: Admitted) => Observable<T>, request: CallRequest): Observable<T> {
    const lease$ = defer(() => {
      if (this.waiting.count > 0 || this.closedMs() > 0) return this.waitFor(request)
      const answer$ = this.quota.take(asked(request))
      return answer$.pipe(
        concatMap(answer => (answer.kind === 'granted' ? of(answer.lease) : this.waitFor(request))),
      )
    })
    return lease$.pipe(concatMap(lease => this.run(call, lease)))
  }

  /** Something has changed that may let a call through. */
  look(): void {
    this.changes++
    this.looks$.next()
  }

  /** Nobody gets through for some time: whoever has another model to go to, goes. */
  turnAway(): void {
    this.away$.next()
  }

  private waitFor(request: CallRequest): Observable<string> {
    return defer(() => {
      const turn: Turn = {
        ...request,
        sinceMs: this.clock.now(),
        isWaiting: false,
        lease$: new AsyncSubject(),
      }
      this.waiting.enter(turn)
      // It may be able to go where the one that has been waited for is not.
      if (this.waiting.next(this.clock.now()) === turn) this.look()
      const others$ = request.hasFallback ? merge(this.turns$, this.impatience()) : this.turns$
      return merge(turn.lease$, others$.pipe(takeUntil(turn.lease$))).pipe(
        finalize(() => {
          this.waiting.remove(turn, false)
        }),
      )
    })
  }

  private impatience(): Observable<never> {
    const busy = () => new PipelineError('model_busy', 'its turn did not come, and there is another model')
    return merge(timer(this.fallbackAfterMs, this.clock), this.away$).pipe(
      take(1),
      concatMap(() => throwError(busy)),
    )
  }

  /** Gives one turn; completes when it is time to look for the next. */
  private giveNext(): Observable<unknown> {
    const turn = this.waiting.next(this.clock.now())
    if (turn === undefined) return this.looks$.pipe(take(1))
    const closedMs = this.closedMs()
    if (closedMs > 0) return this.pause(closedMs)
    const { changes } = this
    return this.quota.take(asked(turn)).pipe(
      concatMap(answer => {
        if (answer.kind === 'wait') return changes === this.changes ? this.pause(answer.waitMs) : EMPTY
        this.give(turn, answer)
        return EMPTY
      }),
    )
  }

  private pause(waitMs: number): Observable<unknown> {
    const look$ = this.looks$.pipe(take(1))
    return waitMs === Infinity ? look$ : race(timer(waitMs, this.clock), look$).pipe(take(1))
  }

  private give(turn: Turn, answer: Exclude<QuotaAnswer, { kind: 'wait' }>): void {
    // It left while the quota was asked: nothing was sent.
    if (!turn.isWaiting) {
      if (answer.kind === 'granted') this.quota.settle(answer.lease, { input: 0, output: 0 })
      return
    }
    this.waiting.remove(turn, answer.kind === 'granted')
    if (answer.kind === 'never') turn.lease$.error(tooLarge(answer.by))
    else {
      turn.lease$.next(answer.lease)
      turn.lease$.complete()
    }
  }

  private run<T>(call: (admitted: Admitted) => Observable<T>, lease: string): Observable<T> {
    let isHeld = true
    const settle = (used: TokenUse | null) => {
      if (!isHeld) return
      isHeld = false
      this.quota.settle(lease, used)
      this.look()
    }
    return call({ settle }).pipe(
      finalize(() => {
        settle(null)
      }),
    )
  }
}

interface Turn extends WaitingCall, CallRequest {
  readonly lease$: AsyncSubject<string>
}

function asked({ tokens, priority }: CallRequest): QuotaRequest {
  return { tokens, critical: priority === 'critical' }
}

function tooLarge(limit: string): PipelineError {
  return new PipelineError('model_request_rejected', `the request is larger than limits.${limit} allows`)
}
