const format = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** A whole number as people write it: `415,408`. */
export function countText(count: number): string {
  return format.format(count)
}
