import type { z } from 'zod'
import { describeIssue } from './describe-issue.ts'
import type { Finding } from './finding.ts'
import { knownKeys } from './known-keys.ts'
import { nearestName } from './nearest-name.ts'
import { valueAt } from './value-at.ts'

/** Most unknown keys of one mapping that are compared with those that are known, which takes time. */
export const KEYS_COMPARED_MAX = 100

/** What a schema found wrong in a value, in words. */
export function shapeFindings(
  value: unknown,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): readonly Finding[] {
  return issues.flatMap(issue => findingsOf(value, schema, issue))
}

function findingsOf(value: unknown, schema: z.ZodType, issue: z.core.$ZodIssue): readonly Finding[] {
  const { path } = issue
  if (issue.code === 'unrecognized_keys') return unknownKeys(schema, issue)
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const keys = knownKeys(schema, path)
    return [{ code: 'shape', path, message: `must be a mapping with one key of ${keys.join(', ')}` }]
  }
  return [{ code: 'shape', path, message: describeIssue(issue, valueAt(value, path)) }]
}

function unknownKeys(
  schema: z.ZodType,
  { path, keys }: z.core.$ZodIssueUnrecognizedKeys,
): readonly Finding[] {
  const known = knownKeys(schema, path)
  return keys.map((key, index) => {
    const message = index < KEYS_COMPARED_MAX ? unknownKey(key, known) : 'is unknown'
    return { code: 'shape', path: [...path, key], message, part: 'key' }
  })
}

function unknownKey(key: string, known: readonly string[]): string {
  if (!/^[\w.-]+$/.test(key)) return 'is no key; a value with a comma inside { } must be in quotes'
  const meant = nearestName(key, known)
  return `is unknown; ${meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`}`
}
