const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** Labels do not run into each other on a narrow screen. */
const TICKS_MAX = 8

const stepsMs = [
  ...[1, 2, 5, 10, 15, 30].map(seconds => seconds * 1000),
  ...[1, 2, 5, 10, 15, 30].map(minutes => minutes * MINUTE_MS),
  ...[1, 2, 3, 6, 12].map(hours => hours * HOUR_MS),
  ...[1, 2, 3, 5, 7, 14, 30, 60, 120, 365].map(days => days * DAY_MS),
]

export interface TimeTick {
  /** From 0 at the start to 1 at the end. */
  readonly place: number
  readonly label: string
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Round times between two moments, at most eight, with the day at midnight; UTC. */
export function timeTicks(startMs: number, endMs: number): readonly TimeTick[] {
  const spanMs = endMs - startMs
  const stepMs =
    stepsMs.find(step => spanMs / step <= TICKS_MAX) ?? Math.ceil(spanMs / TICKS_MAX / DAY_MS) * DAY_MS
  const firstMs = Math.ceil(startMs / stepMs) * stepMs
  const count = Math.max(0, Math.floor((endMs - firstMs) / stepMs) + 1)
  return Array.from({ length: count }, (_, index) => {
    const ms = firstMs + index * stepMs
    return { place: spanMs === 0 ? 0 : (ms - startMs) / spanMs, label: labelOf(ms, stepMs) }
  })
}

function labelOf(ms: number, stepMs: number): string {
  const date = new Date(ms)
  if (ms % DAY_MS === 0) return `${months[date.getUTCMonth()] ?? ''} ${date.getUTCDate()}`
  return date.toISOString().slice(11, stepMs < MINUTE_MS ? 19 : 16)
}
