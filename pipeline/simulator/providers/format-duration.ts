/** A time as Go writes it, and with it OpenAI: `12ms`, `1.5s`, `6m0s`, `1h0m0s`. */
export function formatDuration(durationMs: number): string {
  const wholeMs = Math.ceil(durationMs)
  if (wholeMs < 1000) return `${wholeMs}ms`
  const minutes = Math.floor(wholeMs / 60_000)
  const seconds = `${(wholeMs % 60_000) / 1000}s`
  if (minutes === 0) return seconds
  return minutes < 60 ? `${minutes}m${seconds}` : `${Math.floor(minutes / 60)}h${minutes % 60}m${seconds}`
}
