const DURATION = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?(?:(\d+(?:\.\d+)?)ms)?$/
const SECONDS = /^\d+(?:\.\d+)?$/
const UNITS_MS = [3_600_000, 60_000, 1000, 1]

/** The milliseconds of a span of time as `6m0s`, `12ms` and `36.5s` write it, or as a number of seconds. */
export function spanOf(text: string): number | undefined {
  if (SECONDS.test(text)) return Math.ceil(Number(text) * 1000)
  const parts = text === '' ? null : DURATION.exec(text)
  if (parts === null) return undefined
  const sums = UNITS_MS.map((unitMs, index) => unitMs * Number(parts[index + 1] ?? 0))
  return Math.ceil(sums.reduce((sum, part) => sum + part))
}
