import type { SchedulerLike } from 'rxjs'
import { type FailureCode, PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { ModelReply } from '../asking/model.ts'
import { costOf } from '../gateway/spending/cost-of.ts'
import type { ModelGate } from '../gateway/model-gate.ts'
import type { ModelCallResult, Telemetry } from '../telemetry.ts'
import type { AttemptBook } from './attempt-book.ts'
import type { Verdict } from './verdict.ts'

export interface CallAccountOptions {
  readonly clock: SchedulerLike
  readonly telemetry: Pick<Telemetry, 'modelCalled' | 'modelTokens'>
  /** Of the lane. */
  readonly attempts: AttemptBook
}

/** What the calls of one window took: requests, time, tokens, money. */
export class CallAccount {
  private readonly requests = new Map<string, number>()
  private callMs = 0
  /** Of the request under way. */
  private heldMs = 0
  private tokens = { input: 0, output: 0 }
  private costUsd = 0
  /** Sees to the request under way when it ends; once. */
  private end: ((result: ModelCallResult, code: FailureCode | null) => void) | null = null
  private readonly rule: Rule
  private readonly options: CallAccountOptions

  constructor(rule: Rule, options: CallAccountOptions) {
    this.rule = rule
    this.options = options
  }

  get isUnderWay(): boolean {
    return this.end !== null
  }

  sent({ name: model }: ModelGate, { queuedMs, isRetry }: { queuedMs: number; isRetry: boolean }): void {
    const { clock, telemetry, attempts } = this.options
    const priority = this.rule.rule_config.llm_config?.call_priority ?? 'medium'
    const sentMs = clock.now()
    this.heldMs = 0
    this.requests.set(model, (this.requests.get(model) ?? 0) + 1)
    attempts.sent(model)
    this.end = (result, code) => {
      if (result === 'abandoned') attempts.settled(model, 1)
      if (code === 'budget_spent') {
        this.unsent(model)
        return
      }
      // Waiting for a place is waiting, wherever it is done.
      const durationMs = Math.max(0, clock.now() - sentMs - this.heldMs)
      this.callMs += durationMs
      const waitedMs = sentMs - queuedMs + this.heldMs
      telemetry.modelCalled({ model, result, code, isRetry, durationMs, waitedMs, priority })
    }
  }

  /** The request under way, if there is one, has ended; `failure`: what was wrong with it. */
  ended(result: ModelCallResult, failure?: unknown): void {
    this.end?.(result, failure instanceof PipelineError ? failure.code : null)
    this.end = null
  }

  /** A port that was out of money has sent nothing. */
  private unsent(model: string): void {
    const left = (this.requests.get(model) ?? 0) - 1
    if (left > 0) this.requests.set(model, left)
    else this.requests.delete(model)
    this.options.attempts.settled(model, 1)
  }

  /** Before the request has `ended`. */
  replied({ name, price }: ModelGate, { tokens: { input, output }, heldMs = 0 }: ModelReply): void {
    this.heldMs = heldMs
    const usd = costOf(price, { input, output })
    this.tokens = { input: this.tokens.input + input, output: this.tokens.output + output }
    this.costUsd += usd
    if (input > 0) this.options.telemetry.modelTokens(name, this.rule.rule_id, { input, output }, usd)
  }

  /** `sinceMs`: when the window closed. */
  total(sinceMs: number): Pick<Verdict, 'attempts' | 'tokens' | 'costUsd' | 'queueMs' | 'callMs'> {
    const { callMs, tokens } = this
    return {
      attempts: [...this.requests].map(([model, count]) => ({ model, count })),
      tokens,
      costUsd: Number(this.costUsd.toFixed(9)),
      queueMs: this.options.clock.now() - sinceMs - callMs,
      callMs,
    }
  }
}
