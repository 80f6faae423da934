import { defer, of } from 'rxjs'
import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import { questionHashOf } from '../../models/question-hash-of.ts'
import type { KnownAnswers } from '../answers/known-answers.ts'
import type { BacktestModel } from '../backtest-model.ts'
import type { CalibratedEstimate } from './calibrated-estimate.ts'
import { contentOf } from './content-of.ts'

export interface UnaskedModelOptions {
  /** Where the tokens of a question are found that was asked before. */
  readonly known: KnownAnswers
  readonly calibration: CalibratedEstimate
}

const failure = { code: 'not_asked', message: 'not asked (--model none)' } as const

/** Asks nobody: each call takes the tokens that it took before or would take by estimate, and has no verdict, which is no "no". */
export function unaskedModel({ known, calibration }: UnaskedModelOptions): BacktestModel['connect'] {
  return model => {
    const hash = questionHashOf(model)
    const countedTokens = (request: ModelRequest): ModelReply['tokens'] | null => {
      const answer = known.size === 0 ? undefined : known.get(hash(contentOf(request)))
      return answer?.kind === 'said' ? answer.tokens : null
    }
    return request =>
      defer(() => {
        const counted = countedTokens(request)
        if (counted !== null) calibration.counted(request, counted)
        const tokens = counted ?? calibration.estimate(request)
        return of({ text: '', finish: 'stop', tokens, failure } as const)
      })
  }
}
