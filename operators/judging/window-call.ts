import { defer, map, type Observable, of, retry, tap, throwError, throwIfEmpty, timer } from 'rxjs'
import { PipelineError } from '../../schemas/failure.ts'
import type { Rule } from '../../schemas/rule.ts'
import { answerSchema } from '../asking/answer-schema.ts'
import type { Prompt } from '../asking/build-prompt.ts'
import { estimateTokens } from '../asking/estimate-tokens.ts'
import type { ModelMessage } from '../asking/model.ts'
import { type Answer, parseAnswer } from '../asking/parse-answer.ts'
import type { CallRequest } from '../gateway/admission.ts'
import type { KeptAnswer } from '../gateway/answers/answer-cache.ts'
import type { GivenAnswer } from '../gateway/answers/answer-once.ts'
import type { RuleBudget } from '../gateway/spending/budget.ts'
import type { ModelGate } from '../gateway/model-gate.ts'
import type { TokenUse } from '../gateway/quota.ts'
import { spendWithin } from '../gateway/spending/spend-within.ts'
import type { ClosedWindow } from '../windows/window.ts'
import { CallAccount } from './call-account.ts'
import { ModelRoute } from './model-route.ts'
import type { JudgeWindowOptions, Verdict } from './verdict.ts'

/** Room for the answer: a verdict and three sentences take about 150 tokens. */
export const OUTPUT_TOKENS_MAX = 500

const DAY_MS = 86_400_000

export interface WindowCallOptions extends JudgeWindowOptions {
  readonly closedMs: number
}

/** What the models are asked. The prompt of the window's own question; null for a corrective one, which concerns nobody else. */
export interface WindowQuestion {
  readonly messages: readonly ModelMessage[]
  readonly prompt: Prompt | null
  readonly contentHash: () => string
}

export interface ReadReply {
  readonly text: string
  /** No other answer is to be had. */
  readonly isFinal: boolean
  readonly answer: Answer | PipelineError
}

/** One window's question to its models, one attempt after the other. */
export class WindowCall {
  readonly account: CallAccount
  private cache: Verdict['cache'] = 'miss'
  /** Of the window's own question, once it is asked. */
  private prompt: Prompt | null = null
  private lastFailure: unknown = undefined
  private readonly route: ModelRoute
  /** The one that was asked last. */
  private gate: ModelGate
  private readonly window: ClosedWindow
  private readonly rule: Rule
  private readonly options: WindowCallOptions

  constructor(window: ClosedWindow, rule: Rule, options: WindowCallOptions) {
    this.window = window
    this.rule = rule
    this.options = options
    this.account = new CallAccount(rule, options)
    this.route = new ModelRoute({ gates: options.modelsOf(rule), random: options.random })
    this.gate = this.route.gate
  }

  /** Each attempt is admitted anew; no place is held while it waits. */
  ask(question: WindowQuestion): Observable<ReadReply> {
    const attempt$ = defer(() => this.attempt(this.route.gate, question))
    return attempt$.pipe(retry({ delay: (error: unknown) => this.next(error) }))
  }

  unavailable(): PipelineError {
    const seconds = this.options.holdMs / 1000
    const cause = this.lastFailure
    const last =
      cause instanceof PipelineError ? `; the last call failed with ${cause.code}: ${cause.message}` : ''
    const message = `no answer within hold_seconds (${seconds})${last}`
    const failure = new PipelineError('model_unavailable', message, { cause })
    // It is named among the attempts of the decision, so it is not abandoned.
    this.account.ended('failed', failure)
    return failure
  }

  verdict(answer: Answer | PipelineError): Verdict {
    const { name, modelId } = this.gate
    const budget = [answer, this.lastFailure].some(isBudgetSpent) ? this.onBudget : null
    const total = this.account.total(this.options.closedMs)
    const wasAsked = total.attempts.length > 0 || !isBudgetSpent(answer)
    return {
      kind: 'verdict',
      window: this.window,
      answer,
      model: wasAsked ? { name, modelId } : null,
      questionHash: wasAsked && this.prompt !== null ? this.gate.questionHash(this.prompt) : null,
      cache: wasAsked ? this.cache : 'none',
      budget,
      ...total,
    }
  }

  private get onBudget() {
    return this.rule.rule_config.llm_config?.on_budget ?? 'skip'
  }

  private next(error: unknown): Observable<unknown> {
    const { clock, telemetry } = this.options
    if (!(error instanceof PipelineError)) return throwError(() => error)
    if (isBudgetSpent(error)) {
      this.lastFailure = error
      return this.onBudget === 'hold' ? timer(untilTomorrow(clock.now()), clock) : throwError(() => error)
    }
    const next = this.route.after(error)
    if (next.kind === 'none') return throwError(() => error)
    this.lastFailure = error
    if (next.kind === 'again') return timer(next.delayMs, clock)
    telemetry.fellBack({ from: next.from, to: next.to, code: error.code })
    return of(null)
  }

  private attempt(gate: ModelGate, question: WindowQuestion): Observable<ReadReply> {
    this.gate = gate
    const { prompt } = question
    this.prompt ??= prompt
    const ttlMs = this.ttlMs
    const bypass = prompt === null || ttlMs === 0
    const hash = () => (prompt === null ? '' : gate.questionHash(prompt))
    return this.options.answers
      .answer({ hash, ttlMs, bypass, isSent: () => this.account.isUnderWay }, this.call(gate, question))
      .pipe(
        tap(({ cache }) => {
          if (!bypass) this.options.telemetry.answered(gate.name, cache)
        }),
        map(given => this.read(gate, given)),
      )
  }

  private get ttlMs(): number {
    const seconds = this.rule.rule_config.llm_config?.cache_ttl_seconds
    return seconds === undefined ? this.options.cacheTtlMs : seconds * 1000
  }

  /** One request, when its turn has come. */
  private call(gate: ModelGate, { messages, contentHash }: WindowQuestion): Observable<KeptAnswer> {
    return defer(() => {
      const { budget, clock } = this.options
      if (this.hasSpent(gate))
        return throwError(() => new PipelineError('budget_spent', 'no money is left for today'))
      const input = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
      const tokens = { input, output: OUTPUT_TOKENS_MAX }
      const spending = { budget, rule: this.ruleBudget, price: gate.price, tokens }
      const request = this.request(tokens)
      const queuedMs = clock.now()
      const sent$ = defer(() => {
        this.account.sent(gate, { queuedMs, isRetry: request.isRetry })
        return gate.ask({ messages, answerSchema, outputTokensMax: OUTPUT_TOKENS_MAX, contentHash }).pipe(
          throwIfEmpty(() => new Error(`the port of model ${gate.name} completed without a reply`)),
          tap({
            error: (error: unknown) => {
              this.account.ended('failed', error)
            },
          }),
        )
      })
      return gate
        .admit(sent$.pipe(spendWithin(spending)), request)
        .pipe(map(reply => ({ ...reply, model: gate.name })))
    })
  }

  /** Known before it waits for its turn; what others spend meanwhile is seen when it has come. */
  private hasSpent({ price }: ModelGate): boolean {
    const { budget } = this.options
    return price !== null && [budget.state, budget.stateOf(this.rule.rule_id)].includes('spent')
  }

  private request(tokens: TokenUse): CallRequest {
    const { rule_id: ruleId, rule_config } = this.rule
    const { hasFallback, isRetrying: isRetry } = this.route
    return {
      ruleId,
      priority: rule_config.llm_config?.call_priority ?? 'medium',
      tokens,
      hasFallback,
      isRetry,
    }
  }

  private get ruleBudget(): RuleBudget {
    const { rule_id: ruleId, rule_config } = this.rule
    const usdPerDay = rule_config.llm_config?.budget_usd_per_day ?? this.options.ruleUsdPerDay
    return { ruleId, usdPerDay }
  }

  private read(gate: ModelGate, { answer: reply, cache }: GivenAnswer): ReadReply {
    this.cache = cache
    this.route.answered()
    if (cache === 'miss') this.account.replied(gate, reply)
    const answer = parseAnswer(reply)
    // Before the reply goes on, since the verdict that may come of it names the time.
    this.account.ended(answer instanceof PipelineError ? 'invalid' : 'ok', answer)
    return { text: reply.text, isFinal: reply.failure !== undefined, answer }
  }
}

function isBudgetSpent(error: unknown): boolean {
  return error instanceof PipelineError && error.code === 'budget_spent'
}

function untilTomorrow(nowMs: number): number {
  return DAY_MS - (nowMs % DAY_MS)
}
