import { isDeepStrictEqual } from 'node:util'
import type { Rule } from '../../schemas/rule.ts'
import { isMapping } from '../documents/is-mapping.ts'

/** One field that differs; null where a rule has none of it. */
export interface FieldChange {
  readonly path: string
  readonly before: unknown
  readonly after: unknown
}

/** What differs between two rules, field by field; a list is compared whole, and who wrote it when is left out. */
export function diffRules(before: Rule | undefined, after: Rule): readonly FieldChange[] {
  const { metadata: _before, ...old } = before ?? { metadata: {} }
  const { metadata: _after, ...next } = after
  return diff([], old, next)
}

function diff(path: readonly string[], before: unknown, after: unknown): readonly FieldChange[] {
  if (isDeepStrictEqual(before, after)) return []
  if (!isMapping(after) || !(isMapping(before) || before === undefined))
    return [{ path: path.join('.'), before: before ?? null, after: after ?? null }]
  const old = new Map(Object.entries(before ?? {}))
  const next = new Map(Object.entries(after))
  return [...new Set([...old.keys(), ...next.keys()])].flatMap(key =>
    diff([...path, key], old.get(key), next.get(key)),
  )
}
