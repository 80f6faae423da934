import type { Rule } from '../../schemas/rule.ts'
import { problemAt } from '../documents/problem-at.ts'
import { problemOf } from '../documents/problem-of.ts'
import type { Problem } from '../documents/problem.ts'
import type { SourceDocument } from '../documents/read-documents.ts'
import { checkRuleValue, type CheckRuleOptions } from './check-rule-value.ts'
import { placeInFile } from './place-in-file.ts'

export interface CheckedRule {
  /** Undefined when something is wrong with it. */
  readonly rule: Rule | undefined
  /** Its id, also of a rule that is wrong elsewhere. */
  readonly id: string | undefined
  readonly problems: readonly Problem[]
}

/** Checks one document of a file as a rule; whatever is wrong with it is told with its place in the file. */
export function checkRule(document: SourceDocument, options: CheckRuleOptions): CheckedRule {
  if (Array.isArray(document.value)) {
    const message = 'a rule is a mapping; several rules in one file are separated by a line ---'
    return { rule: undefined, id: undefined, problems: [problemAt(document, [], message)] }
  }
  const { rule, id, findings } = checkRuleValue(document.value, options)
  const problems = findings.map(finding => {
    const within = finding.expression === undefined ? {} : placeInFile(document, finding.expression)
    return { ...problemOf(document, finding), ...within }
  })
  return { rule, id, problems: problems.toSorted(inOrderOfFile) }
}

function inOrderOfFile(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}
