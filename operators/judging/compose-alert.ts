import { type Alert, ALERT_EVENTS_BYTES_MAX, ALERT_EVENTS_MAX } from '../../schemas/alert.ts'
import type { Decision } from '../../schemas/decision.ts'
import type { Event } from '../../schemas/event.ts'
import type { ClosedWindow, HeldWork } from '../windows/window.ts'
import { workOf } from '../windows/work-of.ts'

/** Writes the alert of a triggered decision; null for any other outcome. */
export function composeAlert(decision: Decision, { rule, held }: ClosedWindow): Alert | null {
  if (decision.outcome !== 'triggered' || rule === null) return null
  const events = newestWithin(held.slice(-ALERT_EVENTS_MAX))
  return {
    alert_id: decision.decision_id,
    rule_id: decision.rule_id,
    rule_version: decision.rule_version,
    rule_name: rule.name,
    rule_type: decision.rule_type,
    trigger_mode: decision.trigger_mode,
    key: decision.key,
    priority: rule.priority,
    confidence: decision.confidence,
    reason: decision.reason,
    raised_at: decision.decided_at,
    event_count: decision.event_count,
    event_ids: held.map(one => workOf(one).event.event_id),
    events,
    events_omitted: held.length - events.length,
    model: decision.model,
  }
}

/** The newest events, in order of arrival, at most `ALERT_EVENTS_MAX` and `ALERT_EVENTS_BYTES_MAX` bytes of JSON. */
function newestWithin(newest: readonly HeldWork[]): Event[] {
  const events = newest.map(held => workOf(held).event)
  // A work record is larger than its event, so where they fit nothing needs to be written to be measured.
  if (newest.reduce((sum, { bytes }) => sum + bytes, 0) <= ALERT_EVENTS_BYTES_MAX) return events
  const kept: Event[] = []
  // The list itself: two brackets, and a comma behind each event but the last.
  let bytes = 1
  for (const event of events.reverse()) {
    bytes += Buffer.byteLength(JSON.stringify(event)) + 1
    if (bytes > ALERT_EVENTS_BYTES_MAX) break
    kept.unshift(event)
  }
  return kept
}
