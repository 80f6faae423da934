import { ruleTableCandidates } from '../../operators/events/rule-table-candidates.ts'
import type { Rule } from '../../schemas/rule.ts'

/** The rules that are for one of the event types, in their order: only these have anything to show. */
export function rulesThatHear(eventTypes: Iterable<string>, rules: readonly Rule[]): readonly Rule[] {
  const candidatesFor = ruleTableCandidates(rules.map(rule => ({ rule })))
  const hearing = new Set(
    [...new Set(eventTypes)].flatMap(type => candidatesFor(type)).map(({ rule }) => rule),
  )
  return rules.filter(rule => hearing.has(rule))
}
