import { type Observable, type SchedulerLike, tap } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { ModelReply } from '../asking/model.ts'
import type { CallRequest, Settle } from './admission.ts'
import { type Admission as Passed, Breaker } from './breaker.ts'
import { chargedFor } from './charged-for.ts'
import { HeldLimits, type HeldLimitsOptions } from './held-limits.ts'
import { inputCalibration } from './input-calibration.ts'
import type { SentCall } from './learning/quiet.ts'
import { outputEstimate } from './output-estimate.ts'
import type { TokenUse } from './quota.ts'
import { RetryBudget } from './retry-budget.ts'

export interface CallWatchOptions extends HeldLimitsOptions {
  /** The name of the model in the configuration. */
  readonly name: string
  /** What the provider charges its limits on tokens. */
  readonly charge: 'estimate' | 'settle'
}

/** A call that is under way. */
interface WatchedCall {
  readonly request: CallRequest
  readonly passed: Passed
  readonly sent: SentCall
}

/** Rules whose answers are remembered, to estimate the next one. */
const RULES_MAX = 10_000

/** What is learned about one model from how its calls end. */
export class CallWatch {
  readonly breaker = new Breaker()
  readonly limits: HeldLimits
  inFlight = 0
  /** The last call that ended could not be had. */
  failing = false
  private readonly retries = new RetryBudget()
  private readonly inputs = inputCalibration({ modelsMax: 1 })
  private readonly outputs = outputEstimate({ rulesMax: RULES_MAX })
  private readonly clock: SchedulerLike
  private readonly name: string
  private readonly charge: CallWatchOptions['charge']

  constructor({ name, charge, ...options }: CallWatchOptions) {
    this.name = name
    this.charge = charge
    this.clock = options.clock
    this.limits = new HeldLimits(options)
  }

  /** How long no call may start: 0 when one may, Infinity until the one that tries has ended. */
  get closedMs(): number {
    return Math.max(this.breaker.waitMs(this.clock.now()), this.limits.closedMs)
  }

  /** What to reserve: as providers count that charge what is asked for, or as answers have been so far. */
  estimated({ tokens, ruleId }: CallRequest): TokenUse {
    const estimated = {
      input: this.inputs.estimate(this.name, tokens.input),
      output: this.charge === 'estimate' ? tokens.output : this.outputs.estimate(ruleId, tokens.output),
    }
    this.limits.asked(estimated)
    return estimated
  }

  mayRetry(): boolean {
    return this.retries.mayRetry(this.clock.now())
  }

  /** A call that has been admitted; its place is given back at its reply or its end. */
  watch(call$: Observable<ModelReply>, request: CallRequest, settle: Settle): Observable<ModelReply> {
    const call = this.started(request)
    let isUnderWay = true
    const end = (tell: () => void, used: TokenUse | null) => {
      if (!isUnderWay) return
      isUnderWay = false
      tell()
      this.inFlight--
      settle(used)
    }
    return call$.pipe(
      tap({
        next: reply => {
          end(() => {
            this.answered(call, reply)
          }, reply.tokens)
        },
        error: (error: unknown) => {
          end(() => {
            this.failed(call, error)
          }, chargedFor(error))
        },
        finalize: () => {
          end(() => {
            this.abandoned(call)
          }, null)
        },
      }),
    )
  }

  private started(request: CallRequest): WatchedCall {
    const sentMs = this.clock.now()
    const answer = this.breaker.admits(sentMs)
    // It let calls through when its turn came; a shared quota may have answered later than that.
    const passed = answer.kind === 'wait' ? ({ kind: 'yes', atMs: sentMs } as const) : answer
    if (!request.isRetry) this.retries.called(sentMs)
    this.inFlight++
    return { request, passed, sent: this.limits.started() }
  }

  private answered({ request, passed, sent }: WatchedCall, reply: ModelReply): void {
    const { tokens: used } = reply
    this.failing = false
    this.breaker.succeeded(passed, this.clock.now())
    this.limits.answered(sent, reply, this.inFlight)
    this.inputs.answered(this.name, { estimated: request.tokens.input, actual: used.input })
    this.outputs.answered(request.ruleId, used.output)
  }

  private failed(call: WatchedCall, error: unknown): void {
    if (!(error instanceof PipelineError)) {
      this.abandoned(call)
      return
    }
    this.failing = error.retryable
    this.breaker.failed(call.passed, error, this.clock.now())
    this.limits.failed(call.sent, error, this.inFlight)
  }

  /** It ended without an answer of the provider. */
  private abandoned({ passed, sent }: WatchedCall): void {
    this.breaker.abandoned(passed)
    this.limits.abandoned(sent)
  }
}
