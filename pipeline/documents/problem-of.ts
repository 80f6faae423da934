import type { Finding } from './finding.ts'
import { placeOf } from './place-of.ts'
import { problemAt } from './problem-at.ts'
import type { Problem } from './problem.ts'
import type { SourceDocument } from './read-documents.ts'

/** A finding with its place in the file. */
export function problemOf(document: SourceDocument, finding: Finding): Problem {
  const { code, path, message, part, expression } = finding
  const problem: Problem = { ...problemAt(document, path, message), code, ...(expression && { expression }) }
  return part === undefined ? problem : { ...problem, ...placeOf(document, path, part) }
}
