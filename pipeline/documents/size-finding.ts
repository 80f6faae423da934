import type { Finding } from './finding.ts'

/** Most entries of one list, or keys of one mapping. */
export const ENTRIES_MAX = 500
/** Most values in all. */
export const VALUES_MAX = 20_000

/** What is too large about a value to look at the rest of it, which would take seconds; undefined where nothing is. */
export function sizeFinding(value: unknown): Finding | undefined {
  const left = { count: VALUES_MAX }
  const found = oversized(value, [], left)
  if (found !== undefined) return found
  return left.count < 0 ? tooLarge([], `has more than ${VALUES_MAX} values in all`) : undefined
}

function oversized(value: unknown, path: readonly string[], left: { count: number }): Finding | undefined {
  if (typeof value !== 'object' || value === null || left.count < 0) return undefined
  const [size, kind] = Array.isArray(value) ? [value.length, 'entries'] : [Object.keys(value).length, 'keys']
  if (size > ENTRIES_MAX) return tooLarge(path, `has ${size} ${kind}, at most ${ENTRIES_MAX} are taken`)
  left.count -= size
  for (const [key, part] of Object.entries(value)) {
    const found = oversized(part, [...path, key], left)
    if (found !== undefined) return found
  }
  return undefined
}

function tooLarge(path: readonly string[], message: string): Finding {
  return { code: 'shape', path, message }
}
