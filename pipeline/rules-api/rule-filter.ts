import { coversType } from '../../operators/matching/covers-type.ts'
import type { Rule } from '../../schemas/rule.ts'

/** Which rules are asked for; all of them where nothing is said. */
export interface RuleFilter {
  /** Those that look at events of this type. */
  readonly eventType?: string | undefined
  readonly enabled?: boolean | undefined
  /** A part of the name, in upper or lower case. */
  readonly nameContains?: string | undefined
}

/** Whether a rule is asked for. */
export function ruleFilter({ eventType, enabled, nameContains }: RuleFilter): (rule: Rule) => boolean {
  const part = nameContains?.toLowerCase()
  return rule =>
    (enabled === undefined || rule.enabled === enabled) &&
    (part === undefined || rule.name.toLowerCase().includes(part)) &&
    (eventType === undefined || rule.event_types.some(pattern => coversType(pattern, eventType)))
}
