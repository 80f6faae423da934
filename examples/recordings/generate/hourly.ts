import type { Day } from './day.ts'

const HOUR_MS = 3_600_000

/** How busy it is at a moment: a number for each full hour of the day, and straight lines between them. */
export function hourly(day: Day, levels: readonly number[]): (atMs: number) => number {
  return atMs => {
    const hours = (atMs - day.startMs) / HOUR_MS
    const before = Math.floor(hours)
    const from = levels[before % levels.length] ?? 1
    const to = levels[(before + 1) % levels.length] ?? 1
    return from + (to - from) * (hours - before)
  }
}
