let lastMs = NaN
let lastText = ''

/**
 * ISO-8601 UTC with milliseconds, as every time on every wire.
 *
 * The last one is kept: the times of one decision are often the same, and formatting took 3 % of a lane's time.
 */
export function isoTime(epochMs: number): string {
  if (epochMs !== lastMs) {
    lastText = new Date(epochMs).toISOString()
    lastMs = epochMs
  }
  return lastText
}
