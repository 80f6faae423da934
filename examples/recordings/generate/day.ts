const SECOND_MS = 1000

/** One day in UTC. */
export interface Day {
  readonly startMs: number
  readonly endMs: number
  /** The moment of a time of day such as `13:30:05` or `13:30:05.250`. */
  at(time: string): number
}

/** The day of a date such as `2026-11-20`. */
export function dayOf(date: string): Day {
  const startMs = Date.parse(`${date}T00:00:00Z`)
  return {
    startMs,
    endMs: startMs + 24 * 3600 * SECOND_MS,
    at: time => Date.parse(`${date}T${time}Z`),
  }
}
