import type { RuleTest } from '../../schemas/rule-test.ts'

/** Most events of one test that runs beside lanes, repeats counted: more would hold them up. */
export const SERVED_EVENTS_MAX = 1000

/** Why so many events are not run here; null where they are. */
export function tooManyEvents(events: RuleTest['events']): string | null {
  const count = events.reduce((sum, { repeat = 1 }) => sum + repeat, 0)
  if (count <= SERVED_EVENTS_MAX) return null
  return `has ${count} events with its repeats, and at most ${SERVED_EVENTS_MAX} are run here: llmtrigger rules test takes more`
}
