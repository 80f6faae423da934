import type { z } from 'zod'
import { describeIssue } from './describe-issue.ts'
import { knownKeys } from './known-keys.ts'
import { nearestName } from './nearest-name.ts'
import { placeOf } from './place-of.ts'
import { problemAt } from './problem-at.ts'
import type { Problem } from './problem.ts'
import type { SourceDocument } from './read-documents.ts'
import { valueAt } from './value-at.ts'

/** What a schema found wrong in a document, as problems with places, in the order of the file. */
export function shapeProblems(
  document: SourceDocument,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  const problems = issues.flatMap(issue => problemsOf(document, schema, issue))
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}

function problemsOf(
  document: SourceDocument,
  schema: z.ZodType,
  issue: z.core.$ZodIssue,
): readonly Problem[] {
  if (issue.code === 'unrecognized_keys') {
    const known = knownKeys(schema, issue.path)
    return issue.keys.map(key => {
      const path = [...issue.path, key]
      return { ...problemAt(document, path, unknownKey(key, known)), ...placeOf(document, path, 'key') }
    })
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const keys = knownKeys(schema, issue.path)
    return [problemAt(document, issue.path, `must be a mapping with one key of ${keys.join(', ')}`)]
  }
  return [problemAt(document, issue.path, describeIssue(issue, valueAt(document.value, issue.path)))]
}

function unknownKey(key: string, known: readonly string[]): string {
  if (!/^[\w.-]+$/.test(key)) return 'is no key; a value with a comma inside { } must be in quotes'
  const meant = nearestName(key, known)
  return `is unknown; ${meant === undefined ? `known here: ${known.join(', ')}` : `did you mean ${meant}?`}`
}
