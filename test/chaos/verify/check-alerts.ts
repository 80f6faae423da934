import type { AlertRecord, CommittedLog, DecisionRecord } from './committed-log.ts'
import type { Violations } from './violations.ts'

interface Triggered {
  readonly decision: DecisionRecord
  /** Its place among all that triggered. */
  readonly index: number
}

/** Every triggered decision has exactly one alert, of the same events and in the same order, and no alert is without one. */
export function checkAlerts({ decisions, alerts }: CommittedLog, found: Violations): void {
  const triggered = decisions.filter(({ outcome }) => outcome === 'triggered')
  const decided = new Map(triggered.map((decision, index) => [decision.decision_id, { decision, index }]))
  const raised = new Set<string>()
  const newest = new Map<string, number>()
  for (const alert of alerts) {
    const { alert_id: id } = alert
    if (raised.has(id)) found.add('duplicate', `alert ${id} is there twice`)
    raised.add(id)
    const made = decided.get(id)
    if (made === undefined) found.add('illegal', `alert ${id} has no triggered decision`)
    else checkAlert(alert, made, { newest, found })
  }
  for (const { decision_id: id } of triggered) {
    if (!raised.has(id)) found.add('lost', `decision ${id} has no alert`)
  }
}

function checkAlert(
  { alert_id: id, rule_id, key, event_ids, partition }: AlertRecord,
  { decision, index }: Triggered,
  { newest, found }: { readonly newest: Map<string, number>; readonly found: Violations },
): void {
  if (decision.partition !== partition || contentOf(decision) !== [rule_id, key, ...event_ids].join()) {
    found.add('illegal', `alert ${id} is not what was decided`)
  }
  const name = `${rule_id}|${key}`
  if (index < (newest.get(name) ?? -1)) found.add('illegal', `alert ${id} is out of order in ${name}`)
  newest.set(name, index)
}

function contentOf({ rule_id, key, events }: DecisionRecord): string {
  return [rule_id, key, ...events.map(({ event_id }) => event_id)].join()
}
