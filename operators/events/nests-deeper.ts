/**
 * Whether a value that was parsed from JSON has more levels than so many. JSON can be read much deeper than it can be written, or
 * walked through: what comes from outside is held to a depth before anything else is done with it.
 */
export function nestsDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const part of Object.values(value)) {
    if (nestsDeeper(part, levels - 1)) return true
  }
  return false
}
