const format = new Intl.NumberFormat('en-US', { notation: 'compact', maximumFractionDigits: 1 })

/** Tokens, of which there are many, in three digits: `55.1M`. */
export function tokenText(tokens: number): string {
  return format.format(tokens)
}
