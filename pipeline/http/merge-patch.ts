import { isMapping } from '../documents/is-mapping.ts'

/** JSON merge patch (RFC 7396): null takes a key away, a mapping is merged, anything else replaces. */
export function mergePatch(
  target: unknown,
  patch: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const merged = new Map(isMapping(target) ? Object.entries(target) : [])
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key)
    else merged.set(key, isMapping(value) ? mergePatch(merged.get(key), value) : value)
  }
  return Object.fromEntries(merged)
}
