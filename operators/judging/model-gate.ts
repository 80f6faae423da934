import { concatMap, defer, map, type Observable, of, type SchedulerLike, tap } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import { type CallPriority, callPriorities } from '../../schemas/rule.ts'
import type { AskModel } from '../asking/model.ts'
import { turnstile } from './turnstile.ts'

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
  /** Emits once, when a reply that has come may be worked on; at once where it is absent. */
  readonly reading$?: Observable<unknown>
}

export interface RetryPolicy {
  /** Retries of one round; after it comes the longest delay, and then the next round. */
  readonly retriesMax: number
  readonly baseDelayMs: number
  readonly delayMsMax: number
}

/** One model and the order in which waiting calls get to it. Every call passes it. */
export interface ModelGate extends Omit<ModelGateOptions, 'clock' | 'reading$'> {
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
 * Shape:  each admitted call runs once; its place is free again when its reply is here, before that is worked on.
 * Time:   waits as long as it takes, without a limit: the caller has a deadline.
 * State:  the waiting calls; as many as the lanes judge at once.
 * Errors: those of the call. `model_key_rejected` and `model_out_of_money` stop the model for `STOPPED_MS`, after which
 *         one call goes ahead, then the next, and all the others follow when one got through.
 */
export function modelGate(options: ModelGateOptions): ModelGate {
  const { clock: _clock, reading$ = of(null), ...facts } = options
  const start = new Start(options, () => {
    turns.look()
  })
  const callsMax = options.concurrencyMax ?? Infinity
  const turns = turnstile({
    isOpen: held => held < callsMax && start.isOpen,
    levels: callPriorities.length,
  })
  return {
    ...facts,
    get inFlight() {
      return turns.held
    },
    get queued() {
      return turns.waiting
    },
    get failing() {
      return start.isFailing
    },
    get stopped() {
      return start.isStopped
    },
    queuedAt: priority => turns.waitingAt(callPriorities.indexOf(priority)),
    admit: (call$, priority) => {
      const started$ = defer(() => start.started(call$))
      return turns
        .hold(started$, callPriorities.indexOf(priority))
        .pipe(concatMap(reply => reading$.pipe(map(() => reply))))
    },
  }
}

/** When the next call may start: by the pace, and unless the model is stopped. */
class Start {
  isFailing = false
  private nextMs = -Infinity
  private stoppedUntilMs: number | null = null
  /** A call is on its way that tries a stopped model; the others wait for its end. */
  private isTrying = false
  private isWaking = false
  private readonly intervalMs: number
  private readonly clock: SchedulerLike
  private readonly onOpen: () => void

  constructor({ requestsPerMinute, clock }: ModelGateOptions, onOpen: () => void) {
    this.intervalMs = requestsPerMinute === null ? 0 : 60_000 / requestsPerMinute
    this.clock = clock
    this.onOpen = onOpen
  }

  get isStopped(): boolean {
    return this.stoppedUntilMs !== null
  }

  /** Where only time is wanting, `onOpen` is called when it has passed. */
  get isOpen(): boolean {
    if (this.isTrying) return false
    const waitMs = Math.max(this.nextMs, this.stoppedUntilMs ?? -Infinity) - this.clock.now()
    if (waitMs <= 0) return true
    if (!this.isWaking) {
      this.isWaking = true
      this.clock.schedule(() => {
        this.isWaking = false
        this.onOpen()
      }, Math.ceil(waitMs))
    }
    return false
  }

  started<T>(call$: Observable<T>): Observable<T> {
    this.nextMs = this.clock.now() + this.intervalMs
    const tries = this.stoppedUntilMs !== null
    this.isTrying = tries
    return call$.pipe(
      tap({
        next: () => {
          this.isFailing = false
          if (!tries) return
          this.stoppedUntilMs = null
          this.isTrying = false
        },
        error: (error: unknown) => {
          this.isFailing = error instanceof PipelineError && error.retryable
          if (stopsModel(error)) this.stoppedUntilMs = this.clock.now() + STOPPED_MS
        },
        finalize: () => {
          if (tries) this.isTrying = false
        },
      }),
    )
  }
}

function stopsModel(error: unknown): boolean {
  return (
    error instanceof PipelineError &&
    (error.code === 'model_key_rejected' || error.code === 'model_out_of_money')
  )
}
