import type { DecisionSide } from '../../../schemas/backtest/backtest-difference.ts'
import type { Decision } from '../../../schemas/decision.ts'

/** What is looked at when decisions are compared: all of one but its events. */
export interface CompactDecision {
  readonly ruleId: string
  readonly key: string
  readonly side: DecisionSide
  readonly questionHash: string | null
  readonly error: Decision['error']
  readonly budget: Decision['budget']
  /** Requests to a model. */
  readonly attempts: number
  readonly costUsd: number
}

/** A decision without its events. */
export function compactDecision(decision: Decision): CompactDecision {
  return {
    ruleId: decision.rule_id,
    key: decision.key,
    side: {
      decision_id: decision.decision_id,
      rule_version: decision.rule_version,
      closed_by: decision.closed_by,
      opened_at: decision.opened_at,
      closed_at: decision.closed_at,
      event_count: decision.event_count,
      outcome: decision.outcome,
      confidence: decision.confidence,
      reason: decision.reason,
    },
    questionHash: decision.question_hash,
    error: decision.error,
    budget: decision.budget,
    attempts: decision.attempts,
    costUsd: decision.cost_usd,
  }
}
