import { defer, map, type Observable, retry, tap, throwError, throwIfEmpty, timer } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { ModelCallResult } from '../telemetry.ts'
import type { ClosedWindow } from '../windows/window.ts'
import { answerSchema } from '../asking/answer-schema.ts'
import type { ModelMessage, ModelReply } from '../asking/model.ts'
import type { ModelGate } from './model-gate.ts'
import { type Answer, parseAnswer } from '../asking/parse-answer.ts'
import { retryDelay } from './retry-delay.ts'
import type { JudgeWindowOptions, Verdict } from './verdict.ts'

/** Room for the answer: a verdict and three sentences take about 150 tokens. */
const OUTPUT_TOKENS_MAX = 500

export interface WindowCallOptions extends JudgeWindowOptions {
  readonly closedMs: number
}

export interface ReadReply {
  readonly text: string
  readonly answer: Answer | PipelineError
}

/** One window's calls to its model: what was sent, what came, how long it took. */
export class WindowCall {
  private attempts = 0
  private callMs = 0
  private input = 0
  private output = 0
  private lastFailure: unknown = undefined
  /** Sees to the request under way when it ends; once. */
  private end: ((result: ModelCallResult) => void) | null = null
  private readonly gate: ModelGate
  private readonly window: ClosedWindow
  private readonly rule: Rule
  private readonly options: WindowCallOptions

  constructor(window: ClosedWindow, rule: Rule, options: WindowCallOptions) {
    this.window = window
    this.rule = rule
    this.options = options
    this.gate = options.modelOf(rule)
  }

  /** Each attempt is admitted anew; the place is free while it waits. */
  ask(messages: readonly ModelMessage[]): Observable<ReadReply> {
    const { clock, random } = this.options
    const attempt$ = defer(() => this.gate.admit(this.once(messages, clock.now()), this.priority))
    return attempt$.pipe(
      retry({
        delay: (error: unknown, failures) => {
          if (!(error instanceof PipelineError) || !error.retryable) return throwError(() => error)
          this.lastFailure = error
          return timer(retryDelay(error, failures, { policy: this.gate.retry, random }), clock)
        },
      }),
    )
  }

  /** The request under way, if there is one, has ended. */
  ended(result: ModelCallResult): void {
    this.end?.(result)
    this.end = null
  }

  unavailable(): PipelineError {
    // It is named among the attempts of the decision, so it is not abandoned.
    this.ended('failed')
    const seconds = this.options.holdMs / 1000
    const cause = this.lastFailure
    const last =
      cause instanceof PipelineError ? `; the last call failed with ${cause.code}: ${cause.message}` : ''
    return new PipelineError('model_unavailable', `no answer within hold_seconds (${seconds})${last}`, {
      cause,
    })
  }

  verdict(answer: Answer | PipelineError): Verdict {
    const tokens = { input: this.input, output: this.output }
    const costUsd = this.cost(tokens)
    if (tokens.input > 0) {
      this.options.telemetry.modelTokens(this.gate.name, this.rule.rule_id, tokens, costUsd)
    }
    const { name, modelId } = this.gate
    const queueMs = this.options.clock.now() - this.options.closedMs - this.callMs
    const { window, attempts, callMs } = this
    return {
      kind: 'verdict',
      window,
      answer,
      model: { name, modelId },
      attempts,
      tokens,
      costUsd,
      queueMs,
      callMs,
    }
  }

  private get priority() {
    return this.rule.rule_config.llm_config?.call_priority ?? 'medium'
  }

  private once(messages: readonly ModelMessage[], queuedMs: number): Observable<ReadReply> {
    return defer(() => {
      this.attempts++
      this.options.attempts.sent(this.gate.name)
      this.end = this.sent(queuedMs)
      return this.gate.ask({ messages, answerSchema, outputTokensMax: OUTPUT_TOKENS_MAX }).pipe(
        throwIfEmpty(() => new Error(`the port of model ${this.gate.name} completed without a reply`)),
        map(reply => this.read(reply)),
        tap({
          error: () => {
            this.ended('failed')
          },
        }),
      )
    })
  }

  private read(reply: ModelReply): ReadReply {
    this.input += reply.tokens.input
    this.output += reply.tokens.output
    const answer = parseAnswer(reply)
    // Before the reply goes on, since the verdict that may come of it names the time.
    this.ended(answer instanceof PipelineError ? 'invalid' : 'ok')
    return { text: reply.text, answer }
  }

  private sent(queuedMs: number): (result: ModelCallResult) => void {
    const { clock, telemetry } = this.options
    const { name: model } = this.gate
    const sentMs = clock.now()
    return result => {
      if (result === 'abandoned') this.options.attempts.settled(model, 1)
      const durationMs = clock.now() - sentMs
      this.callMs += durationMs
      const waitedMs = sentMs - queuedMs
      telemetry.modelCalled({ model, result, durationMs, waitedMs, priority: this.priority })
    }
  }

  private cost({ input, output }: { input: number; output: number }): number {
    const { price } = this.gate
    if (price === null) return 0
    const usd = (input * price.inputUsdPerMillion + output * price.outputUsdPerMillion) / 1_000_000
    return Number(usd.toFixed(9))
  }
}
