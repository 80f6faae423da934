/**
 * Deepest nesting of an event.
 *
 * JSON can be read much deeper than it can be written: without this a small record could stop every later stage.
 */
export const EVENT_DEPTH_MAX = 256

/** Whether a parsed JSON value nests deeper than so many levels; it is not followed any further. */
export function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false
  if (levels === 0) return true
  for (const part of Object.values(value)) {
    if (isDeeper(part, levels - 1)) return true
  }
  return false
}
