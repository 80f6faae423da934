import { readDecision } from './read-decision.ts'

/** Which decisions are asked for: those of one rule, decided from the first time on and before the second. */
export interface DecisionFilter {
  readonly ruleId: string
  readonly outcome?: string | undefined
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
}

export interface FoundDecision {
  readonly offset: number
  readonly decidedAtMs: number
  readonly text: string
}

/** The decision in a record of the rule, where it is one that is asked for. */
export function fitDecision(
  { value, offset }: { readonly value: Buffer; readonly offset: number },
  { outcome, fromMs = -Infinity, toMs = Infinity }: DecisionFilter,
): FoundDecision | null {
  const decision = readDecision(value)
  if (decision === null || (outcome !== undefined && decision.outcome !== outcome)) return null
  const { decidedAtMs, text } = decision
  return decidedAtMs < fromMs || decidedAtMs >= toMs ? null : { offset, decidedAtMs, text }
}
