/**
 * The value of a field that JSON data itself holds, else undefined.
 *
 * Only objects have fields: never a list's length, nor what an object inherits.
 */
export function ownField(value: unknown, name: string): unknown {
  if (!isFields(value)) return undefined
  const found = value[name]
  // All that an object inherits is functions, which JSON never holds, and `__proto__`. This is faster than asking
  // for own fields, and every field that an expression uses is read here for every event.
  if (typeof found === 'function') return undefined
  return name === '__proto__' && !Object.hasOwn(value, name) ? undefined : found
}

function isFields(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
