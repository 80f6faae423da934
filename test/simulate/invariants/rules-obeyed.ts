import type { Decision } from '../../../schemas/decision.ts'
import type { RuleWrite } from '../played-rules.ts'
import type { View } from './view.ts'

/**
 * Each window is decided by rules that were in force between the record that opened it and its decision: one of a rule that
 * was disabled all that time is cancelled, one of a rule that was enabled all that time is not.
 */
export function* rulesObeyed(view: View): Generator<string> {
  for (const { incarnation, decisions } of view.account.fresh) {
    for (const decision of decisions) yield* obeyed(decision, incarnation.lane.partition, view)
  }
}

function* obeyed(decision: Decision, partition: number, { simulation, account }: View): Generator<string> {
  const { decision_id: id, outcome, events } = decision
  const opening = account.works[partition]?.[Number(events[0]?.work_offset)]?.work
  const readTo = Number(opening?.rules_offset)
  const states = statesSince(simulation.rules.writes, decision, readTo)
  const [isEnabled] = states
  if (states.size > 1 || isEnabled !== (outcome === 'cancelled')) return
  yield `decision ${id} is ${outcome}, and its rule was ${isEnabled ? 'enabled' : 'disabled'} all the time since ${readTo}`
}

/** Whether the rule was enabled, disabled or both, from what was read to that offset until now. */
function statesSince(writes: readonly RuleWrite[], { rule_id }: Decision, readTo: number): Set<boolean> {
  const own = writes.filter(({ ruleId }) => ruleId === rule_id)
  const before = own.findLast(({ offset }) => offset <= readTo)?.enabled ?? true
  return new Set([before, ...own.filter(({ offset }) => offset > readTo).map(({ enabled }) => enabled)])
}
