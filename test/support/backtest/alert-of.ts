import type { Alert } from '../../../schemas/alert.ts'
import type { Decision } from '../../../schemas/decision.ts'

/** The alert of a decision, without its events. */
export function alertOf(decision: Decision): Alert {
  const { decision_id, rule_id, rule_version, rule_type, trigger_mode, key } = decision
  const { confidence, reason, decided_at, event_count, model } = decision
  return {
    alert_id: decision_id,
    rule_id,
    rule_version,
    rule_name: rule_id,
    rule_type,
    trigger_mode,
    key,
    priority: 100,
    confidence,
    reason,
    raised_at: decided_at,
    event_count,
    event_ids: [],
    events: [],
    events_omitted: event_count,
    model,
  }
}
