import { defer, type Observable, of, throwError } from 'rxjs'
import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import type { Config } from '../../../schemas/config.ts'
import { type FailureCode, isFinalCode, PipelineError } from '../../../schemas/failure.ts'
import type { RemoteModelConfig } from '../../../schemas/model-config.ts'
import { questionHashOf } from '../../models/question-hash-of.ts'
import type { KnownAnswer, KnownAnswers } from '../answers/known-answers.ts'
import type { BacktestModel } from '../backtest-model.ts'
import type { AnswerCounts } from './answer-counts.ts'
import { contentOf } from './content-of.ts'
import type { TokenEstimate } from './token-estimate.ts'

export interface KnownModelOptions {
  readonly known: KnownAnswers
  readonly models: Config['models']
  readonly counts: AnswerCounts
  /** Where the tokens of an answer were not counted. */
  readonly estimate: TokenEstimate
  /** Answers what is not known. */
  readonly otherwise: (question: UnknownQuestion) => Observable<ModelReply>
}

export interface UnknownQuestion {
  readonly request: ModelRequest
  /** To this model. */
  readonly questionHash: string
  /** Of the model in the configuration. */
  readonly name: string
  readonly model: RemoteModelConfig
}

type Hasher = ReturnType<typeof questionHashOf>

/**
 * Answers from what is recorded, by the hash of the question.
 *
 * Where another model answered in the place of this one, it is the one that is asked. What came of a window without a verdict
 * comes of it again, whether it can be asked anew or not.
 */
export function knownModel(options: KnownModelOptions): BacktestModel['connect'] {
  const { known, counts, estimate, otherwise } = options
  const hashers = hashersOf(options.models)
  return (model, name) => {
    const own = questionHashOf(model)
    const standIns = model.fallback.flatMap(other => hashers.get(other) ?? [])
    return request =>
      defer(() => {
        const content = contentOf(request)
        const questionHash = own(content)
        const answer = known.get(questionHash)
        if (answer !== undefined) {
          counts.known++
          return give(answer, () => estimate(request))
        }
        if (standIns.some(hash => known.get(hash(content)) !== undefined))
          return throwError(answeredElsewhere)
        return otherwise({ request, questionHash, name, model })
      })
  }
}

function hashersOf(models: Config['models']): ReadonlyMap<string, Hasher> {
  const remote = Object.entries(models ?? {}).flatMap(([name, model]) =>
    typeof model !== 'string' && model.provider === 'openai' ? [[name, questionHashOf(model)] as const] : [],
  )
  return new Map(remote)
}

function give(answer: KnownAnswer, estimate: () => ModelReply['tokens']): Observable<ModelReply> {
  if (answer.kind === 'said') {
    const { text, finish, tokens } = answer
    return of({ text, finish, tokens: tokens ?? estimate() })
  }
  const { kind, message, tokens } = answer
  // What was waited for in vain then would be waited for again.
  const code: FailureCode = isFinalCode(answer.code) ? answer.code : 'model_unavailable'
  if (kind === 'refused') return throwError(() => new PipelineError(code, message))
  return of({ text: '', finish: 'stop', tokens: tokens ?? noTokens, failure: { code, message } })
}

const noTokens = { input: 0, output: 0 }

function answeredElsewhere(): PipelineError {
  return new PipelineError('model_busy', 'another model answered in its place')
}
