import type { z } from 'zod'
import { problemOf } from './problem-of.ts'
import type { Problem } from './problem.ts'
import type { SourceDocument } from './read-documents.ts'
import { shapeFindings } from './shape-findings.ts'

/** What a schema found wrong in a document, as problems with places, in the order of the file. */
export function shapeProblems(
  document: SourceDocument,
  schema: z.ZodType,
  issues: readonly z.core.$ZodIssue[],
): readonly Problem[] {
  const problems = shapeFindings(document.value, schema, issues).map(finding => problemOf(document, finding))
  return problems.toSorted((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
}
