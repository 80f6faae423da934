/** An offset for each partition of a topic, as a short text of letters, digits and dots. */
export function encodePositions(positions: readonly number[]): string {
  return positions.map(position => position.toString(36)).join('.')
}
