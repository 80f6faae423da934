import {
  type BacktestExpectation,
  backtestExpectationSchema,
} from '../../../schemas/backtest/backtest-expectation.ts'
import { nearestName } from '../../documents/nearest-name.ts'
import { problemAt } from '../../documents/problem-at.ts'
import type { Problem } from '../../documents/problem.ts'
import { readDocuments, type SourceDocument } from '../../documents/read-documents.ts'
import { readTextFile } from '../../documents/read-text-file.ts'
import { shapeProblems } from '../../documents/shape-problems.ts'

export type LoadedExpectation =
  | { readonly ok: true; readonly expectation: BacktestExpectation }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** Reads what is expected of a run; every mistake is told, also a rule that does not run. */
export function loadExpectation(file: string, ruleIds: readonly string[]): LoadedExpectation {
  const read = readTextFile(file, file)
  if (!read.ok) return { ok: false, problems: [read.problem] }
  const { documents, problems } = readDocuments(file, read.text)
  const [document, ...others] = documents
  if (problems.length > 0) return { ok: false, problems }
  if (document !== undefined && others.length === 0) return checkDocument(document, ruleIds)
  return { ok: false, problems: [{ code: 'shape', file, path: '', message: 'must hold one document' }] }
}

function checkDocument(document: SourceDocument, ruleIds: readonly string[]): LoadedExpectation {
  const { success, data, error } = backtestExpectationSchema.safeParse(document.value)
  if (!success) {
    return { ok: false, problems: shapeProblems(document, backtestExpectationSchema, error.issues) }
  }
  const problems = unknownRules(document, data, ruleIds)
  return problems.length === 0 ? { ok: true, expectation: data } : { ok: false, problems }
}

function unknownRules(
  document: SourceDocument,
  { rules = {}, alerts_at = [] }: BacktestExpectation,
  ruleIds: readonly string[],
): readonly Problem[] {
  const known = new Set(ruleIds)
  const named = [
    ...Object.keys(rules).map(id => ({ id, path: ['rules', id] })),
    ...alerts_at.map(({ rule_id: id }, index) => ({ id, path: ['alerts_at', index, 'rule_id'] })),
  ]
  return named.flatMap(({ id, path }) => {
    if (known.has(id)) return []
    const meant = nearestName(id, ruleIds)
    const hint = meant === undefined ? '' : `; did you mean ${meant}?`
    return [problemAt(document, path, `no rule that runs has the id ${id}${hint}`)]
  })
}
