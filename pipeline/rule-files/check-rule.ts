import { createHash } from 'node:crypto'
import type { Config } from '../../schemas/config.ts'
import { ruleSchema } from '../../schemas/rule.ts'
import type { Rule } from '../../schemas/rule.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { nearestName } from '../documents/nearest-name.ts'
import { problemAt } from '../documents/problem-at.ts'
import type { Problem } from '../documents/problem.ts'
import type { SourceDocument } from '../documents/read-documents.ts'
import { shapeProblems } from '../documents/shape-problems.ts'
import { valueAt } from '../documents/value-at.ts'
import { expressionProblems } from './expression-problems.ts'
import { groupByProblem } from './group-by-problem.ts'

export interface CheckRuleOptions {
  /** `required` where the rules run; `optional` fills in an id made of the name. */
  readonly ids: 'required' | 'optional'
  /** The configured models; absent where rules are looked at without a configuration. */
  readonly models?: { readonly configured: Config['models'] }
}

export interface CheckedRule {
  /** Undefined when something is wrong with it. */
  readonly rule: Rule | undefined
  /** Its id, also of a rule that is wrong elsewhere. */
  readonly id: string | undefined
  readonly problems: readonly Problem[]
}

/** Checks one document as a rule: its shape, its expression, its keys and its model, all of them whatever is wrong with another. */
export function checkRule(document: SourceDocument, options: CheckRuleOptions): CheckedRule {
  if (Array.isArray(document.value)) {
    const message = 'a rule is a mapping; several rules in one file are separated by a line ---'
    return { rule: undefined, id: undefined, problems: [problemAt(document, [], message)] }
  }
  const value = options.ids === 'optional' ? withId(document.value) : document.value
  const parsed = ruleSchema.safeParse(value)
  const problems = [
    ...(parsed.success ? [] : shapeProblems(document, ruleSchema, parsed.error.issues)),
    ...groupBy(document),
    ...model(document, options.models),
    ...expressionProblems(document),
  ]
  const told = problems.toSorted(inOrderOfFile)
  const id = textAt(value, ['rule_id'])
  return { rule: parsed.success && told.length === 0 ? parsed.data : undefined, id, problems: told }
}

/** An id that stays the same as long as the name does. */
function withId(value: unknown): unknown {
  const name = textAt(value, ['name'])
  if (!isMapping(value) || value['rule_id'] !== undefined || name === undefined) return value
  return { ...value, rule_id: `file_${createHash('sha256').update(name).digest('hex').slice(0, 12)}` }
}

function groupBy(document: SourceDocument): readonly Problem[] {
  const fields = valueAt(document.value, ['group_by'])
  if (!Array.isArray(fields)) return []
  return fields.flatMap((field, index) => {
    const message = typeof field === 'string' && field !== '' ? groupByProblem(field) : undefined
    return message === undefined ? [] : [problemAt(document, ['group_by', index], message)]
  })
}

const modelPath = ['rule_config', 'llm_config', 'model']

function model(document: SourceDocument, models: CheckRuleOptions['models']): readonly Problem[] {
  const asksModel = isMapping(valueAt(document.value, ['rule_config', 'llm_config']))
  if (models === undefined || !asksModel) return []
  const message = modelMessage(textAt(document.value, modelPath), models.configured)
  return message === undefined ? [] : [problemAt(document, modelPath, message)]
}

function modelMessage(named: string | undefined, configured: Config['models']): string | undefined {
  if (configured === undefined)
    return 'this rule asks a model, and the configuration has none; add models: to it'
  if (named === undefined) return undefined
  const names = Object.keys(configured).filter(name => name !== 'default')
  if (!names.includes(named)) {
    const meant = nearestName(named, names)
    const hint = meant === undefined ? `configured: ${names.join(', ')}` : `did you mean ${meant}?`
    return `no such model is configured; ${hint}`
  }
  const entry = configured[named]
  const local = typeof entry === 'object' && entry.provider === 'llama'
  return local ? 'is a local model (provider: llama), which this version cannot run' : undefined
}

function inOrderOfFile(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0)
}

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}
