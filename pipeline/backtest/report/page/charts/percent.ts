/** A share of the width of a drawing, for an attribute. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(2))}%`
}
