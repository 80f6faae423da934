import { type Observable, type SchedulerLike, tap } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { ModelReply } from '../asking/model.ts'
import type { Admitted, CallRequest } from './admission.ts'
import { AdaptiveConcurrency } from './adaptive-concurrency.ts'
import { type Admission as Passed, Breaker } from './breaker.ts'
import { chargedFor } from './charged-for.ts'
import { inputCalibration } from './input-calibration.ts'
import { outputEstimate } from './output-estimate.ts'
import type { Quota, TokenUse } from './quota.ts'
import { RetryBudget } from './retry-budget.ts'

export interface CallWatchOptions {
  /** The name of the model in the configuration. */
  readonly name: string
  readonly quota: Quota
  readonly clock: SchedulerLike
  /** What the provider charges its limits on tokens. */
  readonly charge: 'estimate' | 'settle'
}

/** Rules whose answers are remembered, to estimate the next one. */
const RULES_MAX = 10_000

/** How long a model is left alone that refused a call for its quota and did not say how long. */
const CLOSED_MS = 1000

/** What is learned about one model from how its calls end. */
export class CallWatch {
  readonly breaker = new Breaker()
  inFlight = 0
  /** The last call that ended could not be had. */
  failing = false
  private readonly retries = new RetryBudget()
  private readonly concurrency: AdaptiveConcurrency
  private readonly inputs = inputCalibration({ modelsMax: 1 })
  private readonly outputs = outputEstimate({ rulesMax: RULES_MAX })
  private readonly options: CallWatchOptions

  constructor(options: CallWatchOptions) {
    this.options = options
    this.concurrency = new AdaptiveConcurrency(options.quota.limits.concurrency)
  }

  /** What to reserve: as providers count that charge what is asked for, or as answers have been so far. */
  estimated({ tokens, ruleId }: CallRequest): TokenUse {
    const { name, charge } = this.options
    return {
      input: this.inputs.estimate(name, tokens.input),
      output: charge === 'estimate' ? tokens.output : this.outputs.estimate(ruleId, tokens.output),
    }
  }

  mayRetry(): boolean {
    return this.retries.mayRetry(this.options.clock.now())
  }

  /** A call that has been admitted; its place is given back at its reply or its end. */
  watch(call$: Observable<ModelReply>, request: CallRequest, admitted: Admitted): Observable<ModelReply> {
    const sentMs = this.options.clock.now()
    const answer = this.breaker.admits(sentMs)
    // It let calls through when its turn came; a shared quota may have answered later than that.
    const passed = answer.kind === 'wait' ? ({ kind: 'yes', atMs: sentMs } as const) : answer
    if (!request.isRetry) this.retries.called(sentMs)
    let isUnderWay = true
    const end = (tell: () => void, used: TokenUse | null) => {
      if (!isUnderWay) return
      isUnderWay = false
      tell()
      this.inFlight--
      admitted.settle(used)
    }
    this.inFlight++
    return call$.pipe(
      tap({
        next: ({ tokens }) => {
          end(() => {
            this.succeeded(passed, request, tokens)
          }, tokens)
        },
        error: (error: unknown) => {
          end(() => {
            this.failed(passed, error)
          }, chargedFor(error))
        },
        finalize: () => {
          end(() => {
            this.breaker.abandoned(passed)
          }, null)
        },
      }),
    )
  }

  private succeeded(passed: Passed, { ruleId, tokens }: CallRequest, used: TokenUse): void {
    this.failing = false
    this.breaker.succeeded(passed, this.options.clock.now())
    this.concurrency.succeeded({ sentMs: passed.atMs, inFlight: this.inFlight })
    this.adapt()
    this.inputs.answered(this.options.name, { estimated: tokens.input, actual: used.input })
    this.outputs.answered(ruleId, used.output)
  }

  private failed(passed: Passed, error: unknown): void {
    if (!(error instanceof PipelineError)) return
    this.failing = error.retryable
    const nowMs = this.options.clock.now()
    this.breaker.failed(passed, error, nowMs)
    this.concurrency.failed(error, { sentMs: passed.atMs, inFlight: this.inFlight }, nowMs)
    this.adapt()
    // One refusal stops all: the others would meet the same.
    if (error.code === 'model_rate_limited') this.options.quota.close(error.retryAfterMs ?? CLOSED_MS)
  }

  private adapt(): void {
    const { quota } = this.options
    const { limit } = this.concurrency
    const concurrency = Number.isFinite(limit) ? limit : null
    if (concurrency !== quota.limits.concurrency) quota.change({ ...quota.limits, concurrency })
  }
}
