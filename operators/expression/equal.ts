import { ownField } from './own-field.ts'

/** Deepest nesting that is compared; below it equality is unknown. */
export const EQUAL_DEPTH_MAX = 64

/**
 * Whether two values are equal; undefined where either is unknown or their types do not fit.
 *
 * Every value may be compared with null. Lists and maps are compared by their contents.
 */
export function equal(left: unknown, right: unknown): boolean | undefined {
  return equalBelow(left, right, 0)
}

function equalBelow(left: unknown, right: unknown, depth: number): boolean | undefined {
  if (left === undefined || right === undefined) return undefined
  if (left === null || right === null) return left === right
  if (typeof left === 'object' && typeof right === 'object') return equalContents(left, right, depth)
  return typeof left === typeof right ? left === right : undefined
}

function equalContents(left: object, right: object, depth: number): boolean | undefined {
  if (depth >= EQUAL_DEPTH_MAX) return undefined
  if (Array.isArray(left)) return Array.isArray(right) ? equalAll(left, right, depth) : undefined
  return Array.isArray(right) ? undefined : equalFields(left, right, depth)
}

function equalAll(left: readonly unknown[], right: readonly unknown[], depth: number): boolean | undefined {
  if (left.length !== right.length) return false
  let result: boolean | undefined = true
  for (const [index, item] of left.entries()) {
    const same = equalBelow(item, right[index], depth + 1)
    if (same === false) return false
    if (same === undefined) result = undefined
  }
  return result
}

function equalFields(left: object, right: object, depth: number): boolean | undefined {
  const names = Object.keys(left)
  if (names.length !== Object.keys(right).length) return false
  let result: boolean | undefined = true
  for (const name of names) {
    if (!Object.hasOwn(right, name)) return false
    const same = equalBelow(ownField(left, name), ownField(right, name), depth + 1)
    if (same === false) return false
    if (same === undefined) result = undefined
  }
  return result
}
