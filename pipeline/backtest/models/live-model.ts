import {
  catchError,
  defer,
  finalize,
  map,
  NEVER,
  type Observable,
  retry,
  type SchedulerLike,
  Subject,
  tap,
  throwError,
  timer,
} from 'rxjs'
import { estimateTokens } from '../../../operators/asking/estimate-tokens.ts'
import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import { shareCalls } from '../../../operators/gateway/answers/share-calls.ts'
import type { ModelGate } from '../../../operators/gateway/model-gate.ts'
import { costOf } from '../../../operators/gateway/spending/cost-of.ts'
import { retryDelay } from '../../../operators/judging/retry-delay.ts'
import { type FailureCode, PipelineError } from '../../../schemas/failure.ts'
import type { RecordedAnswer } from '../../../schemas/backtest/recorded-answer.ts'
import { modelGates, type ModelGatesOptions } from '../../model-gates.ts'
import type { BacktestModel } from '../backtest-model.ts'
import type { AskingLimit } from './asking-limit.ts'
import { knownModel, type KnownModelOptions, type UnknownQuestion } from './known-model.ts'

export interface LiveModelOptions
  extends Omit<KnownModelOptions, 'otherwise'>, Pick<ModelGatesOptions, 'connect' | 'reading$'> {
  /** Keeps an answer where it outlives the run. */
  readonly keep: (answer: RecordedAnswer) => void
  readonly limit: AskingLimit
  /** By which models are asked; that of the run stands still meanwhile. */
  readonly wall: SchedulerLike
  readonly random: () => number
}

/** Questions in flight at once, which is more than all lanes judge. */
const CALLS_MAX = 10_000

/** Trying the same model again soon is of no use. */
const lasting = new Set<FailureCode>(['model_key_rejected', 'model_out_of_money'])

/**
 * Answers from what is recorded, and asks the configured models what is not there, each question once.
 *
 * Time:   by the wall clock, within the limits of the configuration and with its retries; the virtual clock stands still.
 * State:  the questions in flight. Each answer is kept before it is given.
 * Errors: `budget_spent` where the limit of the run is reached. A model that cannot be had leaves it to the one in its place;
 *         where there is none, `broken$` fails: a run without answers is worth nothing, and the next one goes on where it ended.
 */
export class LiveModel implements Pick<BacktestModel, 'connect' | 'broken$'> {
  readonly connect: BacktestModel['connect']
  readonly broken$ = new Subject<never>()
  private readonly calls = shareCalls<ModelReply>({ callsMax: CALLS_MAX })
  private readonly gates: ReadonlyMap<string, ModelGate>
  private readonly options: LiveModelOptions

  constructor(options: LiveModelOptions) {
    const { models, wall: clock, connect, reading$ } = options
    this.options = options
    const { all } = modelGates(models, { clock, ...(connect && { connect }), ...(reading$ && { reading$ }) })
    this.gates = new Map(all.map(gate => [gate.name, gate]))
    this.connect = knownModel({ ...options, otherwise: question => this.answer(question) })
  }

  private answer(question: UnknownQuestion): Observable<ModelReply> {
    const { counts } = this.options
    return this.calls.share(question.questionHash, this.ask(question)).pipe(
      map(({ reply, isShared }) => {
        if (isShared) counts.known++
        return reply
      }),
    )
  }

  private ask(question: UnknownQuestion): Observable<ModelReply> {
    return defer(() => {
      const { limit, counts } = this.options
      const gate = this.gateOf(question.name)
      const taken = limit.take(costOf(gate.price, tokensOf(question.request)))
      if (taken instanceof PipelineError) return throwError(() => taken)
      counts.asked++
      let usd = 0
      return this.attempts(gate, question).pipe(
        tap(({ tokens }) => {
          usd = costOf(gate.price, tokens)
        }),
        finalize(() => {
          taken(usd)
        }),
      )
    })
  }

  private attempts(gate: ModelGate, question: UnknownQuestion): Observable<ModelReply> {
    const { wall } = this.options
    const { request } = question
    const tokens = tokensOf(request)
    let sentMs: number | null = null
    let failures = 0
    const call$ = defer(() => {
      sentMs = wall.now()
      return gate.ask(request)
    })
    const terms = { priority: 'medium', ruleId: '', tokens, hasFallback: false } as const
    return defer(() => gate.admit(call$, { ...terms, isRetry: failures > 0 })).pipe(
      retry({ delay: (error: unknown) => this.next(error, gate, ++failures) }),
      tap(reply => {
        this.keep(question, reply, sentMs ?? wall.now())
      }),
      catchError((error: unknown) => this.failed(error, question, sentMs)),
    )
  }

  private next(error: unknown, gate: ModelGate, failures: number): Observable<unknown> {
    const isCurable = error instanceof PipelineError && error.retryable && !lasting.has(error.code)
    if (!isCurable || failures > gate.retry.retriesMax) return throwError(() => error)
    const { random, wall } = this.options
    return timer(retryDelay(error, failures, { policy: gate.retry, random }), wall)
  }

  private failed(error: unknown, question: UnknownQuestion, sentMs: number | null): Observable<never> {
    if (!(error instanceof PipelineError)) throw error
    const { code, message } = error
    if (!error.retryable) {
      // The model itself has refused the question, and would again.
      if (sentMs !== null) this.keepFailure(question, error, sentMs)
      return throwError(() => error)
    }
    if (question.model.fallback.length > 0) {
      const busy = `${question.name} cannot be had (${code}), and there is another`
      return throwError(() => new PipelineError('model_busy', busy, { cause: error }))
    }
    const gone = `${question.name} cannot be had: ${code}: ${message}`
    this.broken$.error(new PipelineError('model_unavailable', gone, { cause: error }))
    return NEVER
  }

  private keep(question: UnknownQuestion, { text, finish, tokens }: ModelReply, sentMs: number): void {
    const { known, keep, wall } = this.options
    const counted = { input: tokens.input, output: tokens.output }
    const latencyMs = Math.max(0, wall.now() - sentMs)
    known.add(question.questionHash, { kind: 'said', text, finish, tokens: counted, latencyMs })
    keep({ ...placeOf(question, sentMs), text, finish, tokens: counted, latency_ms: latencyMs })
  }

  private keepFailure(question: UnknownQuestion, { code, message }: PipelineError, sentMs: number): void {
    const { known, keep, wall } = this.options
    const latencyMs = Math.max(0, wall.now() - sentMs)
    const tokens = { input: 0, output: 0 }
    known.add(question.questionHash, { kind: 'refused', code, message, tokens, latencyMs })
    const nothing = { text: '', finish: 'stop', tokens } as const
    keep({ ...placeOf(question, sentMs), ...nothing, latency_ms: latencyMs, error: { code, message } })
  }

  private gateOf(name: string): ModelGate {
    const gate = this.gates.get(name)
    if (gate === undefined) throw new Error(`there is no model ${name}`)
    return gate
  }
}

function placeOf({ questionHash, name }: UnknownQuestion, sentMs: number) {
  return { question_hash: questionHash, model: name, asked_at: new Date(sentMs).toISOString() }
}

/** At most. */
function tokensOf({ messages, outputTokensMax }: ModelRequest): ModelReply['tokens'] {
  const input = messages.reduce((sum, { content }) => sum + estimateTokens(content), 0)
  return { input, output: outputTokensMax }
}
