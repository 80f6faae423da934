import {
  concatMap,
  defer,
  finalize,
  ignoreElements,
  mergeMap,
  type Observable,
  of,
  ReplaySubject,
  type SchedulerLike,
  startWith,
  take,
  tap,
  timer,
} from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import { type CallPriority, callPriorities } from '../../schemas/rule.ts'
import type { AskModel } from './model.ts'
import { semaphore } from './semaphore.ts'

export interface ModelGateOptions {
  /** The name in the configuration. */
  readonly name: string
  /** The provider's name of the model. */
  readonly modelId: string
  readonly ask: AskModel
  /** Most calls at once; null for no limit. */
  readonly concurrencyMax: number | null
  /** In t seconds at most limit * t / 60 calls start; the first does not wait. Null for no limit. */
  readonly requestsPerMinute: number | null
  readonly price: { readonly inputUsdPerMillion: number; readonly outputUsdPerMillion: number } | null
  readonly retry: RetryPolicy
  readonly clock: SchedulerLike
}

export interface RetryPolicy {
  /** Retries of one round; after it comes the longest delay, and then the next round. */
  readonly retriesMax: number
  readonly baseDelayMs: number
  readonly delayMsMax: number
}

/** One model and the order in which waiting calls get to it. Every call passes it. */
export interface ModelGate extends Omit<ModelGateOptions, 'clock'> {
  /** Calls at the model. */
  readonly inFlight: number
  /** Calls that wait: for a place, for the pace, or for a stopped model. */
  readonly queued: number
  queuedAt(priority: CallPriority): number
  /** No call gets through, but one that tries again from time to time. */
  readonly stopped: boolean
  /** The last call that ended could not be had: waiting for the next is waiting for the model. */
  readonly failing: boolean
  /** Runs `call$` when it is its turn; higher priorities first. Its failure may stop the model for all callers. */
  admit<T>(call$: Observable<T>, priority: CallPriority): Observable<T>
}

/** How long a rejected key or an empty account stops the calls to a model; then one call tries again. */
export const STOPPED_MS = 30_000

/**
 * Admits calls to one model.
 *
 * Shape:  each admitted call runs once; its place is free again when it ends or is unsubscribed.
 * Time:   waits as long as it takes, without a limit: the caller has a deadline.
 * State:  the waiting calls; as many as the lanes judge at once.
 * Errors: those of the call. `model_key_rejected` and `model_out_of_money` stop the model for `STOPPED_MS`, after which
 *         one call goes ahead, then the next, and all the others follow when one got through.
 */
export function modelGate(options: ModelGateOptions): ModelGate {
  const { clock: _clock, ...facts } = options
  const places = semaphore(options.concurrencyMax ?? Infinity)
  // One call stands in the door, the others wait behind it by priority: what it waits for, they need not watch.
  const door = semaphore(1, callPriorities.length)
  const start = new Start(options)
  const queued = callPriorities.map(() => 0)
  let inFlight = 0

  const counted = <T>(call$: Observable<T>) =>
    defer(() => {
      inFlight++
      const ended = once(() => {
        inFlight--
      })
      // Counted off before its place is given to the next.
      return call$.pipe(tap({ complete: ended, error: ended }), finalize(ended))
    })

  return {
    ...facts,
    get inFlight() {
      return inFlight
    },
    get queued() {
      return queued.reduce((sum, count) => sum + count, 0)
    },
    get failing() {
      return start.isFailing
    },
    get stopped() {
      return start.isStopped
    },
    queuedAt: priority => queued[callPriorities.indexOf(priority)] ?? 0,
    admit: (call$, priority) => {
      const level = callPriorities.indexOf(priority)
      return defer(() => {
        const leave = once(() => {
          queued[level] = (queued[level] ?? 0) - 1
        })
        queued[level] = (queued[level] ?? 0) + 1
        const through$ = new ReplaySubject<void>(1)
        const started$ = defer(() => {
          leave()
          return start.started(counted(call$), through$)
        })
        const turn$ = places.hold(start.ready$.pipe(concatMap(() => started$)))
        const inDoor$ = through$.pipe(take(1), ignoreElements(), startWith(null))
        return door.hold(inDoor$, level).pipe(
          mergeMap(() => turn$, 1),
          finalize(leave),
        )
      })
    },
  }
}

/** When the next call may start: by the pace, and unless the model is stopped. */
class Start {
  /** Waits until a call may start. */
  readonly ready$: Observable<unknown>
  private nextMs = -Infinity
  private stoppedUntilMs: number | null = null
  isFailing = false
  private readonly intervalMs: number
  private readonly clock: SchedulerLike

  constructor({ requestsPerMinute, clock }: ModelGateOptions) {
    this.intervalMs = requestsPerMinute === null ? 0 : 60_000 / requestsPerMinute
    this.clock = clock
    // Looked at again after each wait, since the model may have been stopped meanwhile.
    this.ready$ = defer(() => {
      const waitMs = Math.max(this.nextMs, this.stoppedUntilMs ?? -Infinity) - clock.now()
      return waitMs > 0 ? timer(Math.ceil(waitMs), clock).pipe(concatMap(() => this.ready$)) : of(null)
    })
  }

  get isStopped(): boolean {
    return this.stoppedUntilMs !== null
  }

  /** Runs the call and tells `through$` when the next may stand in the door: at once, or after the call that tries a stopped model. */
  started<T>(call$: Observable<T>, through$: ReplaySubject<void>): Observable<T> {
    this.nextMs = this.clock.now() + this.intervalMs
    const tries = this.stoppedUntilMs !== null
    if (!tries) through$.next()
    return call$.pipe(
      tap({
        next: () => {
          this.isFailing = false
          if (tries) this.stoppedUntilMs = null
        },
        error: (error: unknown) => {
          this.isFailing = error instanceof PipelineError && error.retryable
          if (stopsModel(error)) this.stoppedUntilMs = this.clock.now() + STOPPED_MS
        },
      }),
      finalize(() => {
        through$.next()
      }),
    )
  }
}

function once(action: () => void): () => void {
  let done = false
  return () => {
    if (!done) action()
    done = true
  }
}

function stopsModel(error: unknown): boolean {
  return (
    error instanceof PipelineError &&
    (error.code === 'model_key_rejected' || error.code === 'model_out_of_money')
  )
}
