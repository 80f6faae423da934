import { z } from 'zod'
import { decisionSchema } from '../../../schemas/decision.ts'
import type { KnownAnswer } from './known-answers.ts'

/** What of a decision says how its question was answered. */
export const answeredDecisionSchema = decisionSchema
  .pick({
    decision_id: true,
    outcome: true,
    confidence: true,
    reason: true,
    error: true,
    question_hash: true,
    attempts: true,
    cache: true,
    tokens: true,
  })
  .extend({ waited_ms: z.object({ call: z.number() }) })

type AnsweredDecision = z.infer<typeof answeredDecisionSchema>

/** The verdict by which a decision came to its outcome; null where there was none of a model. */
export function answerOfDecision(decision: AnsweredDecision): KnownAnswer | null {
  const { outcome, confidence, reason, error, attempts, waited_ms } = decision
  const latencyMs = attempts === 1 ? waited_ms.call : null
  const tokens = decision.cache === 'miss' ? decision.tokens : null
  // Whatever the rule made of it.
  if (error !== null) {
    // Of another backtest, which had no answer itself.
    return error.code === 'answer_missing' ? null : { kind: 'failed', ...error, tokens, latencyMs }
  }
  const shouldTrigger = verdicts.get(outcome)
  if (shouldTrigger === undefined || confidence === null || reason === null) return null
  const text = JSON.stringify({ should_trigger: shouldTrigger, confidence, reason })
  return { kind: 'said', text, finish: 'stop', tokens, latencyMs }
}

const verdicts = new Map([
  ['triggered', true],
  ['below_threshold', true],
  ['not_triggered', false],
])
