/** What stands for every value beyond the bound. */
const OTHERS = 'other'

/** Passes label values through as long as there are at most `valuesMax` of them; later new ones become `other`. */
export function boundedLabel(valuesMax: number): (value: string) => string {
  const seen = new Set<string>()
  return value => {
    if (seen.has(value)) return value
    if (seen.size >= valuesMax) return OTHERS
    seen.add(value)
    return value
  }
}
