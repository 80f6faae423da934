import type { Rule } from '../../schemas/rule.ts'
import { readDocuments } from '../documents/read-documents.ts'
import type { SourceDocument } from '../documents/read-documents.ts'
import { readTextFile } from '../documents/read-text-file.ts'
import { placeOf } from '../documents/place-of.ts'
import { problemAt } from '../documents/problem-at.ts'
import type { Problem } from '../documents/problem.ts'
import { type CheckedRule, checkRule } from './check-rule.ts'
import type { CheckRuleOptions } from './check-rule-value.ts'
import { fieldWarnings, type KnownFields } from './field-warnings.ts'
import { listRuleFiles } from './list-rule-files.ts'
import type { RuleFile } from './list-rule-files.ts'
import { placeInFile } from './place-in-file.ts'

export interface LoadRulesOptions extends CheckRuleOptions {
  /** The working directory. */
  readonly directory?: string
  readonly rulesMax?: number
  /** What fields events have; absent where that is not known. */
  readonly fields?: KnownFields
}

export interface LoadedRules {
  /** The rules that are right; to be used only where there is no problem. */
  readonly rules: readonly Rule[]
  /** Every problem of every file, in the order of the files. */
  readonly problems: readonly Problem[]
  /** What is most likely not meant, and does no harm to others. */
  readonly warnings: readonly Problem[]
  /** The files that were read, as people know them. */
  readonly files: readonly string[]
}

/** Most rules that are loaded at once. */
const RULES_MAX = 10_000

/** Most problems of one file that are told. */
export const PROBLEMS_PER_FILE_MAX = 100

/** Reads rules from files and folders, and says everything that is wrong with them at once. */
export function loadRules(paths: readonly string[], options: LoadRulesOptions): LoadedRules {
  const { directory = process.cwd(), rulesMax = RULES_MAX } = options
  const listed = listRuleFiles(paths, directory)
  const places = new Map<string, string>()
  const rules: Rule[] = []
  const problems: Problem[] = [...listed.problems]
  const warnings: Problem[] = []
  for (const file of listed.files) {
    const loaded = loadFile(file, options, places)
    rules.push(...loaded.rules)
    problems.push(...bounded(file, loaded.problems))
    warnings.push(...bounded(file, loaded.warnings))
  }
  if (rules.length > rulesMax) {
    const message = `there are ${rules.length} rules, at most ${rulesMax} are loaded`
    problems.push({ code: 'shape', file: listed.files.at(-1)?.shownAs ?? directory, path: '', message })
  }
  return { rules, problems, warnings, files: listed.files.map(({ shownAs }) => shownAs) }
}

type Places = Map<string, string>

function loadFile(file: RuleFile, options: LoadRulesOptions, places: Places): Omit<LoadedRules, 'files'> {
  const read = readTextFile(file.path, file.shownAs)
  if (!read.ok) return { rules: [], problems: [read.problem], warnings: [] }
  const { documents, problems } = readDocuments(file.shownAs, read.text)
  if (documents.length === 0 && problems.length === 0) {
    return {
      rules: [],
      problems: [{ code: 'shape', file: file.shownAs, path: '', message: 'holds no rule' }],
      warnings: [],
    }
  }
  const checked = documents.map(document => {
    const result = checkRule(document, options)
    const twice = result.id === undefined ? [] : duplicates(document, result.id, places)
    return {
      rules: result.rule === undefined ? [] : [result.rule],
      problems: [...result.problems, ...twice],
      warnings: warningsOf(document, result, options),
    }
  })
  const shown = (found: readonly Problem[]) => found.map(problem => withSourceLine(problem, read.text))
  return {
    rules: checked.flatMap(part => part.rules),
    problems: shown([...problems, ...checked.flatMap(part => part.problems)]),
    warnings: shown(checked.flatMap(part => part.warnings)),
  }
}

function warningsOf(
  document: SourceDocument,
  { rule }: Pick<CheckedRule, 'rule'>,
  { fields }: LoadRulesOptions,
): readonly Problem[] {
  if (rule === undefined || fields === undefined) return []
  return fieldWarnings(rule, fields).map(({ path, message, line, column }) => {
    const problem = problemAt(document, path.split('.'), message)
    if (line === undefined || column === undefined) return problem
    return { ...problem, expression: { line, column }, ...placeInFile(document, { line, column }) }
  })
}

function duplicates(document: SourceDocument, id: string, places: Places): readonly Problem[] {
  const first = places.get(id)
  if (first !== undefined) {
    return [
      problemAt(
        document,
        ['rule_id'],
        `${id} is also the id of the rule at ${first}; each rule needs its own`,
      ),
    ]
  }
  const { line, column } = placeOf(document, ['rule_id'])
  places.set(id, `${document.file}:${line}:${column}`)
  return []
}

function withSourceLine(problem: Problem, text: string): Problem {
  if (problem.line === undefined) return problem
  return { ...problem, sourceLine: text.split(/\r?\n/)[problem.line - 1] ?? '' }
}

function bounded(file: RuleFile, problems: readonly Problem[]): readonly Problem[] {
  if (problems.length <= PROBLEMS_PER_FILE_MAX) return problems
  const left = problems.length - PROBLEMS_PER_FILE_MAX
  const message = `and ${left} more problems in this file`
  return [
    ...problems.slice(0, PROBLEMS_PER_FILE_MAX),
    { code: 'shape', file: file.shownAs, path: '', message },
  ]
}
