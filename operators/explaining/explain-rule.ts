import type { Event } from '../../schemas/event.ts'
import type { Rule, TriggerMode } from '../../schemas/rule.ts'
import { createRuleTable } from '../matching/create-rule-table.ts'
import { keyOf } from '../events/key-of.ts'
import { eventField } from '../expression/event-field.ts'
import { fieldPath } from '../expression/field-path.ts'
import type { EvaluationResult } from '../telemetry.ts'
import { explainExpression, type ExplainedPart } from './explain-expression.ts'

/** Why an event passes a rule or does not, condition by condition. */
export interface Explanation {
  readonly rule_id: string
  readonly rule_version: number
  readonly rule_type: Rule['rule_config']['rule_type']
  readonly event_id: string
  readonly matches: boolean
  /** The first condition that does not hold, in the order in which they are looked at. */
  readonly result: EvaluationResult | 'disabled' | 'other_event_type'
  /** The same in words. */
  readonly why: string
  readonly enabled: boolean
  readonly event_type: {
    readonly value: string
    readonly accepted: readonly string[]
    readonly matches: boolean
  }
  /** Null where the rule has none: every event of its types passes. */
  readonly expression: ExplainedPart | null
  readonly key: {
    /** Null where there is none. */
    readonly value: string | null
    /** The fields of `group_by`, or `context_key`; one that is missing has no value. */
    readonly fields: readonly { readonly field: string; readonly value?: unknown }[]
  }
  readonly window: {
    /** Null for a traditional rule. */
    readonly trigger_mode: TriggerMode | null
    /** When the window that such an event joins closes. */
    readonly closes: string
  }
}

/** Explains what a rule makes of an event, without a model; the verdict is that of the table that ROUTE asks. */
export function explainRule(rule: Rule, event: Event): Explanation {
  const source = rule.rule_config.pre_filter?.expression
  const expression = source === undefined ? null : explainExpression(source, event)
  const evaluated = evaluate(rule, event)
  const result = rule.enabled ? (evaluated ?? 'other_event_type') : 'disabled'
  return {
    rule_id: rule.rule_id,
    rule_version: rule.metadata.version,
    rule_type: rule.rule_config.rule_type,
    event_id: event.event_id,
    matches: result === 'match',
    result,
    why: words(result, { rule, event, expression }),
    enabled: rule.enabled,
    event_type: { value: event.event_type, accepted: rule.event_types, matches: evaluated !== undefined },
    expression,
    key: { value: keyOf(event, rule.group_by) ?? null, fields: keyFields(rule, event) },
    window: { trigger_mode: rule.rule_config.llm_config?.trigger_mode ?? null, closes: closingOf(rule) },
  }
}

/** Undefined where the rule is not for events of this type; a disabled rule as if it were enabled. */
function evaluate(rule: Rule, event: Event): EvaluationResult | undefined {
  const table = createRuleTable([{ ...rule, enabled: true }])
  table.match(event)
  return table.drainEvaluations().find(({ count }) => count > 0)?.result
}

interface Explained {
  readonly rule: Rule
  readonly event: Event
  readonly expression: ExplainedPart | null
}

function words(result: Explanation['result'], { rule, event, expression }: Explained): string {
  switch (result) {
    case 'disabled':
      return 'the rule is disabled'
    case 'other_event_type':
      return `the rule is for ${rule.event_types.join(', ')}, not for ${event.event_type}`
    case 'no_match':
      return 'the expression is false'
    case 'unknown':
      return `the expression is unknown: ${expression?.unknown ?? 'it is neither true nor false'}`
    case 'no_key':
      return `there is no key: ${(rule.group_by ?? ['context_key']).join(', ')} must be text, numbers or booleans, together at most 256 characters`
    case 'match':
      return expression === null ? 'every event of its types passes' : 'the expression is true'
  }
}

function keyFields({ group_by }: Rule, event: Event): Explanation['key']['fields'] {
  return (group_by ?? ['context_key']).map(field => {
    const value = eventField(event, fieldPath(field.split('.')))
    return value === undefined ? { field } : { field, value }
  })
}

function closingOf({ rule_config: { llm_config: config } }: Rule): string {
  if (config === undefined) return 'at once: the alert needs no model'
  const { trigger_mode, batch_size, max_wait_seconds, interval_seconds } = config
  if (trigger_mode === 'realtime') return 'at once: the model is asked about each event'
  if (trigger_mode === 'interval') return `at the next tick, one every ${interval_seconds ?? 0} s`
  return `at ${batch_size ?? 0} events, or ${max_wait_seconds ?? 0} s after its first one`
}
