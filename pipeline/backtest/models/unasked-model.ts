import { of } from 'rxjs'
import type { AskModel } from '../../../operators/asking/model.ts'
import type { TokenEstimate } from './token-estimate.ts'

/** Asks nobody: each call takes the tokens that it would take by estimate, and has no verdict, which is no "no". */
export function unaskedModel(estimate: TokenEstimate): AskModel {
  return request => of({ text: 'not asked (--model none)', finish: 'unasked', tokens: estimate(request) })
}
