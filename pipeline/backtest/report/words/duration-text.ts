const SECOND_MS = 1000
const MINUTE_MS = 60_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000

const units = [
  ['d', DAY_MS],
  ['h', HOUR_MS],
  ['min', MINUTE_MS],
  ['s', SECOND_MS],
] as const

/** A time span in its largest unit, with three digits at most: `640 ms`, `12.4 s`, `3 min`. */
export function durationText(ms: number): string {
  const [unit, unitMs] = units.find(([, sizeMs]) => ms >= sizeMs) ?? ['ms', 1]
  const amount = ms / unitMs
  const isWhole = Number.isInteger(amount) || amount >= 100
  return `${amount.toFixed(isWhole ? 0 : 1)} ${unit}`
}
