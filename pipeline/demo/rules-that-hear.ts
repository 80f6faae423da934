import { coversType } from '../../operators/matching/covers-type.ts'
import type { Rule } from '../../schemas/rule.ts'

/** The rules that are for one of the event types, in their order: only these have anything to show. */
export function rulesThatHear(eventTypes: Iterable<string>, rules: readonly Rule[]): readonly Rule[] {
  const types = [...new Set(eventTypes)]
  return rules.filter(rule => rule.event_types.some(pattern => types.some(type => coversType(pattern, type))))
}
