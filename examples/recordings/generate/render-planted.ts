import type { Planted } from './generated-day.ts'

/** What was planted, one JSON document a line, oldest first. */
export function renderPlanted(planted: readonly Planted[]): string {
  const lines = planted
    .toSorted((a, b) => a.fromMs - b.fromMs)
    .map(({ id, story, rule_id, key, fromMs, toMs, alertByMs, alertsMax = 1 }) => {
      const alerts =
        alertByMs === undefined
          ? { alerts_max: 0 }
          : { alerts_max: alertsMax, alert_by: new Date(alertByMs).toISOString() }
      const span = { from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() }
      return JSON.stringify({ id, rule_id, key, ...span, ...alerts, story })
    })
  return `${lines.join('\n')}\n`
}
