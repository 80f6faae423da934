/**
 * From one call to the next in the same place, in milliseconds, while all places are taken: the mean start of the last
 * calls less that of the first, over the calls between. Unlike the whole time it does not count how long filling the
 * places takes, and how long the last call.
 */
export function cycleMs(startsMs: readonly number[], places: number): number {
  const sorted = startsMs.toSorted((a, b) => a - b)
  const rounds = sorted.length / places - 1
  return (mean(sorted.slice(-places)) - mean(sorted.slice(0, places))) / rounds
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}
