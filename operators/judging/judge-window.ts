import {
  catchError,
  concatMap,
  defer,
  finalize,
  map,
  type Observable,
  of,
  retry,
  type SchedulerLike,
  tap,
  throwError,
  throwIfEmpty,
  timeout,
  timer,
} from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { ModelCallResult, Telemetry } from '../telemetry.ts'
import type { ClosedWindow } from '../windows/window.ts'
import { answerSchema } from './answer-schema.ts'
import { buildPrompt } from './build-prompt.ts'
import { correctiveMessages } from './corrective-messages.ts'
import type { ModelMessage, ModelReply } from './model.ts'
import type { ModelGate } from './model-gate.ts'
import { type Answer, parseAnswer } from './parse-answer.ts'
import { retryDelay } from './retry-delay.ts'

/** Room for the answer: a verdict and three sentences take about 150 tokens. */
const OUTPUT_TOKENS_MAX = 500

export interface JudgeWindowOptions {
  /** The model that a rule asks; rules without a model never get here. */
  readonly modelOf: (rule: Rule) => ModelGate
  /** How long a closed window waits for a model that cannot be had, in milliseconds. */
  readonly holdMs: number
  readonly promptTokensMax: number
  readonly fenceKey: Buffer
  readonly clock: SchedulerLike
  /** 0 to 1, for the jitter of retries. */
  readonly random: () => number
  readonly telemetry: Pick<Telemetry, 'modelCalled' | 'modelTokens'>
}

/** What became of a window, before it is written as a decision. */
export interface Verdict {
  readonly kind: 'verdict'
  readonly window: ClosedWindow
  /** Null where no model was to be asked: the expression alone decided, or the rule is gone. */
  readonly answer: Answer | PipelineError | null
  readonly model: { readonly name: string; readonly modelId: string } | null
  /** Requests sent. */
  readonly attempts: number
  readonly tokens: { readonly input: number; readonly output: number }
  readonly costUsd: number
  /** Waiting for a turn and between retries, and in requests. */
  readonly queueMs: number
  readonly callMs: number
}

/**
 * Asks the model about one window, as often as it takes.
 *
 * Shape:  one verdict, then completes. A rule without a model, or one that is gone, is not asked about.
 * Time:   until there is an answer, at most `holdMs`; what cannot be had by then is `model_unavailable`.
 * State:  none that outlives it. Unsubscribing aborts the request under way.
 * Errors: bugs only. A `model_*` failure that waiting can cure is retried, any other is the verdict; a broken answer gets one
 *         corrective retry.
 */
export function judgeWindow(window: ClosedWindow, options: JudgeWindowOptions): Observable<Verdict> {
  const { rule } = window
  if (rule?.rule_config.llm_config === undefined) return of(unasked(window))
  return defer(() => {
    const call = new WindowCall(window, rule, options)
    const { messages } = buildPrompt({
      description: rule.rule_config.llm_config?.description ?? '',
      events: window.held.map(({ work }) => work.event),
      promptTokensMax: options.promptTokensMax,
      fenceKey: options.fenceKey,
    })
    return call.ask(messages).pipe(
      concatMap(reply => correctedOnce(call, messages, reply)),
      timeout({
        first: options.holdMs,
        scheduler: options.clock,
        with: () => throwError(() => call.unavailable()),
      }),
      catchError((error: unknown) => {
        if (error instanceof PipelineError) return of(error)
        throw error
      }),
      map(answer => call.verdict(answer)),
      finalize(() => {
        call.ended('abandoned')
      }),
    )
  })
}

function correctedOnce(
  call: WindowCall,
  messages: readonly ModelMessage[],
  reply: ModelReply,
): Observable<Answer | PipelineError> {
  const answer = parseAnswer(reply)
  if (!(answer instanceof PipelineError)) return of(answer)
  if (answer.code !== 'answer_invalid' && answer.code !== 'answer_truncated') return of(answer)
  return call.ask(correctiveMessages(messages, reply.text, answer.message)).pipe(map(parseAnswer))
}

class WindowCall {
  private attempts = 0
  private callMs = 0
  private input = 0
  private output = 0
  private lastFailure: unknown = undefined
  /** Sees to the request under way when it ends; once. */
  private end: ((result: ModelCallResult) => void) | null = null
  private readonly startedMs: number
  private readonly gate: ModelGate
  private readonly window: ClosedWindow
  private readonly rule: Rule
  private readonly options: JudgeWindowOptions

  constructor(window: ClosedWindow, rule: Rule, options: JudgeWindowOptions) {
    this.window = window
    this.rule = rule
    this.options = options
    this.gate = options.modelOf(rule)
    this.startedMs = options.clock.now()
  }

  /** Each attempt is admitted anew; the place is free while it waits. */
  ask(messages: readonly ModelMessage[]): Observable<ModelReply> {
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
    const queueMs = this.options.clock.now() - this.startedMs - this.callMs
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

  private once(messages: readonly ModelMessage[], queuedMs: number): Observable<ModelReply> {
    return defer(() => {
      this.attempts++
      this.end = this.sent(queuedMs)
      return this.gate.ask({ messages, answerSchema, outputTokensMax: OUTPUT_TOKENS_MAX }).pipe(
        throwIfEmpty(() => new Error(`the port of model ${this.gate.name} completed without a reply`)),
        tap({
          next: reply => {
            this.input += reply.tokens.input
            this.output += reply.tokens.output
            // Before the reply goes on, since the verdict that may come of it names the time.
            this.ended(parseAnswer(reply) instanceof PipelineError ? 'invalid' : 'ok')
          },
          error: () => {
            this.ended('failed')
          },
        }),
      )
    })
  }

  private sent(queuedMs: number): (result: ModelCallResult) => void {
    const { clock, telemetry } = this.options
    const { name: model } = this.gate
    const sentMs = clock.now()
    return result => {
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

function unasked(window: ClosedWindow): Verdict {
  const tokens = { input: 0, output: 0 }
  return {
    kind: 'verdict',
    window,
    answer: null,
    model: null,
    attempts: 0,
    tokens,
    costUsd: 0,
    queueMs: 0,
    callMs: 0,
  }
}
