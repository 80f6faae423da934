import type { View } from './view.ts'

/** I5: a read-committed consumer sees one alert for each triggered decision, in the transaction of that decision. */
export function* alertsMatch({ account }: View): Generator<string> {
  for (const { incarnation, decisions, alerts } of account.fresh) {
    const triggered = decisions.filter(({ outcome }) => outcome === 'triggered')
    const wanted = triggered.map(({ decision_id, events }) =>
      line(
        decision_id,
        events.map(({ event_id }) => event_id),
      ),
    )
    const found = alerts.map(({ alert_id, event_ids }) => line(alert_id, event_ids))
    if (wanted.toSorted().join() !== found.toSorted().join()) {
      yield `a transaction of ${incarnation.name} triggers ${wanted.join()} and alerts ${found.join()}`
    }
  }
}

function line(id: string, eventIds: readonly string[]): string {
  return `${id} (${eventIds.join(' ')})`
}
