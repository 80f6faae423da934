import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import type { KnownAnswers } from '../answers/known-answers.ts'
import { type TokenEstimate, tokenEstimate } from './token-estimate.ts'

/** Answers before their mean is believed. */
const ANSWERS_MIN = 10

/** Estimates of a call's tokens, which what is recorded makes better. */
export interface CalibratedEstimate {
  readonly estimate: TokenEstimate
  /** A question whose tokens were counted. */
  counted(request: ModelRequest, tokens: ModelReply['tokens']): void
}

/**
 * Estimates outputs by the mean of all recorded answers, and inputs by how many of their tokens were counted to one that is
 * estimated, for the questions that have come up so far.
 */
export function calibratedEstimate(known: KnownAnswers): CalibratedEstimate {
  const output = meanOutput(known)
  let questions = 0
  let estimated = 0
  let actual = 0
  return {
    estimate: request => {
      const tokens = tokenEstimate(request)
      const factor = questions < ANSWERS_MIN ? 1 : actual / estimated
      return { input: Math.ceil(tokens.input * factor), output: output ?? tokens.output }
    },
    counted(request, { input }) {
      if (input === 0) return
      questions++
      estimated += tokenEstimate(request).input
      actual += input
    },
  }
}

/** Null where too few are known. Endpoints that do not count say 0. */
function meanOutput(known: KnownAnswers): number | null {
  let sum = 0
  let count = 0
  for (const answer of known.all()) {
    if (answer.kind !== 'said' || answer.tokens === null || answer.tokens.output === 0) continue
    sum += answer.tokens.output
    count++
  }
  return count < ANSWERS_MIN ? null : Math.round(sum / count)
}
