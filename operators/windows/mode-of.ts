import type { Rule } from '../../schemas/rule.ts'
import type { WindowMode } from '../telemetry.ts'

/** The mode that a rule's windows are reported under. */
export function modeOf(rule: Rule): WindowMode {
  return rule.rule_config.llm_config?.trigger_mode ?? 'traditional'
}
