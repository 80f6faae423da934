const LENGTH_MAX = 8192

/** Reads what `encodePositions` has written; null where it is anything else. */
export function decodePositions(text: string): readonly number[] | null {
  if (text.length > LENGTH_MAX) return null
  const parts = text.split('.')
  if (!parts.every(part => /^(0|[1-9a-z][0-9a-z]{0,10})$/.test(part))) return null
  const positions = parts.map(part => parseInt(part, 36))
  return positions.every(Number.isSafeInteger) ? positions : null
}
