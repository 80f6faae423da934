import type { ReadPrompt } from './read-prompt.ts'
import type { Event } from '../../../schemas/event.ts'

const NO_EVENT: Event = {
  event_id: 'window',
  event_type: 'window',
  source: 'simulator',
  timestamp: '1970-01-01T00:00:00.000Z',
  context_key: '',
  data: {},
}

/**
 * A window as one event, so that a script can judge it by an expression: `count`, `sum.volume`, `min.volume`,
 * `max.volume` over the numbers at the top of `data`, where true counts as 1 and false as 0; `distinct.symbol`, how many values
 * there are; `first.symbol`, `last.symbol` and `rule`.
 */
export function windowEvent({ rule, events }: ReadPrompt): Event {
  const first = events[0] ?? NO_EVENT
  const last = events.at(-1) ?? NO_EVENT
  return {
    ...NO_EVENT,
    timestamp: last.timestamp,
    context_key: first.context_key,
    data: {
      count: events.length,
      sum: fold(events, (total, value) => total + value),
      min: fold(events, Math.min),
      max: fold(events, Math.max),
      distinct: countDistinct(events),
      first: first.data,
      last: last.data,
      rule,
    },
  }
}

function fold(
  events: readonly Event[],
  combine: (total: number, value: number) => number,
): Record<string, number> {
  const totals = new Map<string, number>()
  for (const { data } of events) {
    for (const [field, given] of Object.entries(data)) {
      const value = typeof given === 'boolean' ? Number(given) : given
      if (typeof value !== 'number') continue
      const total = totals.get(field)
      totals.set(field, total === undefined ? value : combine(total, value))
    }
  }
  return Object.fromEntries(totals)
}

function countDistinct(events: readonly Event[]): Record<string, number> {
  const values = new Map<string, Set<unknown>>()
  for (const { data } of events) {
    for (const [field, value] of Object.entries(data)) {
      if (typeof value === 'object') continue
      const seen = values.get(field) ?? new Set()
      values.set(field, seen.add(value))
    }
  }
  return Object.fromEntries([...values].map(([field, seen]) => [field, seen.size]))
}
