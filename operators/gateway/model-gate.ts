import { concatMap, defer, map, type Observable, of, type SchedulerLike, throwError } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { ModelLimits } from '../../schemas/model-limits.ts'
import type { CallPriority } from '../../schemas/rule.ts'
import type { Prompt } from '../asking/build-prompt.ts'
import type { AskModel, ModelReply } from '../asking/model.ts'
import { Admission, type CallRequest, type Settle } from './admission.ts'
import type { BreakerStop } from './breaker.ts'
import { CallWatch } from './call-watch.ts'
import type { HeldLimits } from './held-limits.ts'
import type { ModelPrice } from './spending/cost-of.ts'
import type { Quota, QuotaLimits } from './quota.ts'
import { steadyClock } from './steady-clock.ts'

/** What is known of a model from its configuration. */
export interface ModelFacts {
  /** The name in the configuration. */
  readonly name: string
  /** The provider's name of the model. */
  readonly modelId: string
  readonly ask: AskModel
  /** The content hash of a question to this model. */
  readonly questionHash: (prompt: Pick<Prompt, 'contentHash'>) => string
}

/** How calls are made: what may change between two of them. */
export interface CallTerms {
  readonly price: ModelPrice | null
  readonly retry: RetryPolicy
  /** How long a call waits that has another model to go to. */
  readonly fallbackAfterMs: number
}

export interface RetryPolicy {
  /** Retries of one round; after it comes the longest delay, and then the next round. */
  readonly retriesMax: number
  readonly baseDelayMs: number
  readonly delayMsMax: number
}

export interface ModelGateOptions extends ModelFacts, CallTerms {
  readonly quota: Quota
  readonly clock: SchedulerLike
  /** By how much the quota's windows are longer than the provider's. */
  readonly jitterMs: number
  /** The provider's window of a minute; shorter ones are for quotas that are scaled down. */
  readonly minuteMs?: number
  /** What the provider charges its limits on tokens. */
  readonly charge: 'estimate' | 'settle'
  /** Most calls of this process that are made at once, where the others wait behind the gate; null or absent: all are made. */
  readonly madeMax?: () => number | null
  /** Emits once, when a reply that has come may be worked on; at once where it is absent. */
  readonly reading$?: Observable<unknown>
}

/** One model and the order in which waiting calls get to it. Every call passes it. */
export interface ModelGate extends ModelFacts, Pick<CallTerms, 'price' | 'retry'> {
  readonly quota: Quota
  /** What the quota is held to, and why; what was learned of it, to be kept. */
  readonly limits: Pick<HeldLimits, 'evidence' | 'closedMs' | 'snapshot'>
  /** Calls of this process at the model. */
  readonly inFlight: number
  /** Calls that wait: for a place, for the pace, or for a stopped model. */
  readonly queued: number
  queuedAt(priority: CallPriority): number
  /** Why no call gets through but one that tries again from time to time, and when the next may; null while they do. */
  readonly stop: BreakerStop | null
  /** The last call that ended could not be had: waiting for the next is waiting for the model. */
  readonly failing: boolean
  /** Takes effect with the next call, also with those that wait. */
  configure(limits: QuotaLimits, terms: CallTerms): void
  /** Whether one more retry fits into the retry budget; one that may be is counted. */
  mayRetry(): boolean
  /** Takes up what was learned of the limits earlier. */
  restore(kept: ModelLimits): void
  /** Runs `call$` when it is its turn. Its failure may stop the model for all callers. */
  admit(call$: Observable<ModelReply>, request: CallRequest): Observable<ModelReply>
}

/**
 * Admits calls to one model.
 *
 * Shape:  each admitted call runs once; its place is free again when its reply is here, before that is worked on.
 * Time:   waits as long as it takes, without a limit unless the request has one.
 * State:  the waiting calls; as many as the lanes judge at once.
 * Errors: those of the call, and of its admission. A failure may open the breaker, and then one call tries again after a
 *         while, and all the others follow when one got through.
 */
export function modelGate(options: ModelGateOptions): ModelGate {
  const { name, modelId, ask, questionHash, quota, charge, reading$ = of(null), jitterMs, minuteMs } = options
  const { madeMax = () => null } = options
  const clock = steadyClock(options.clock)
  let terms: CallTerms = options
  const watch = new CallWatch({ name, quota, clock, charge, jitterMs, ...(minuteMs && { minuteMs }) })
  const { breaker, limits } = watch
  const admission = new Admission({
    quota,
    clock,
    fallbackAfterMs: () => terms.fallbackAfterMs,
    closedMs: () => watch.closedMs,
  })
  // Whoever has another model need not wait to find out.
  const isOfNoUse = () => breaker.waitMs(clock.now()) > 0 || limits.closedMs >= terms.fallbackAfterMs
  const admitted = (call$: Observable<ModelReply>, request: CallRequest): Observable<ModelReply> => {
    if (request.hasFallback && isOfNoUse()) return throwError(stopped)
    const estimated = { ...request, tokens: watch.estimated(request) }
    return admission.admit(settle => {
      const end: Settle = used => {
        settle(used)
        if (isOfNoUse()) admission.turnAway()
      }
      return watch.watch(call$, request, end).pipe(concatMap(reply => reading$.pipe(map(() => reply))))
    }, estimated)
  }
  return {
    ...{ name, modelId, ask, questionHash, quota, limits },
    get price() {
      return terms.price
    },
    get retry() {
      return terms.retry
    },
    get inFlight() {
      return Math.min(watch.inFlight, madeMax() ?? Infinity)
    },
    get queued() {
      return admission.queued
    },
    get failing() {
      return watch.failing
    },
    get stop() {
      return breaker.stop
    },
    queuedAt: priority => admission.queuedAt(priority),
    mayRetry: () => watch.mayRetry(),
    configure(configured, changed) {
      terms = changed
      limits.configure(configured)
      admission.look()
    },
    restore(kept) {
      limits.restore(kept)
      admission.look()
    },
    admit: (call$, request) => defer(() => admitted(call$, request)),
  }
}

function stopped(): PipelineError {
  return new PipelineError('model_busy', 'the model is stopped, and there is another')
}
