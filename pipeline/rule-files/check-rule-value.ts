import { createHash } from 'node:crypto'
import type { Config } from '../../schemas/config.ts'
import { ruleSchema } from '../../schemas/rule.ts'
import type { Rule } from '../../schemas/rule.ts'
import type { Finding } from '../documents/finding.ts'
import { isMapping } from '../documents/is-mapping.ts'
import { nearestName } from '../documents/nearest-name.ts'
import { shapeFindings } from '../documents/shape-findings.ts'
import { sizeFinding } from '../documents/size-finding.ts'
import { valueAt } from '../documents/value-at.ts'
import { eventProblems } from '../rule-tests/event-problems.ts'
import { expressionFindings } from './expression-findings.ts'
import { groupByProblem } from './group-by-problem.ts'

export interface CheckRuleOptions {
  /** `required` where the rules run; `optional` fills in an id made of the name. */
  readonly ids: 'required' | 'optional'
  /** The configured models; absent where rules are looked at without a configuration. */
  readonly models?: { readonly configured: Config['models'] }
}

export interface CheckedValue {
  /** Undefined when something is wrong with it. */
  readonly rule: Rule | undefined
  /** Its id, also of a rule that is wrong elsewhere. */
  readonly id: string | undefined
  readonly findings: readonly Finding[]
}

/** Checks a value as a rule: its shape, its expression, its keys, its model and its tests, all of them whatever is wrong with another. */
export function checkRuleValue(given: unknown, options: CheckRuleOptions): CheckedValue {
  const value = options.ids === 'optional' ? withId(given) : given
  const id = textAt(value, ['rule_id'])
  const tooLarge = sizeFinding(value)
  if (tooLarge !== undefined) return { rule: undefined, id, findings: [tooLarge] }
  const parsed = ruleSchema.safeParse(value)
  const findings = [
    ...(parsed.success ? [] : shapeFindings(value, ruleSchema, parsed.error.issues)),
    ...groupBy(value),
    ...model(value, options.models),
    ...expressionFindings(value),
    ...(parsed.success ? testFindings(parsed.data.tests) : []),
  ]
  const rule = parsed.success && findings.length === 0 ? parsed.data : undefined
  return { rule, id, findings }
}

/** An id that stays the same as long as the name does. */
function withId(value: unknown): unknown {
  const name = textAt(value, ['name'])
  if (!isMapping(value) || value['rule_id'] !== undefined || name === undefined) return value
  return { ...value, rule_id: `file_${createHash('sha256').update(name).digest('hex').slice(0, 12)}` }
}

function groupBy(value: unknown): readonly Finding[] {
  const fields = valueAt(value, ['group_by'])
  if (!Array.isArray(fields)) return []
  return fields.flatMap((field, index) => {
    const message = typeof field === 'string' && field !== '' ? groupByProblem(field) : undefined
    return message === undefined ? [] : [{ code: 'shape', path: ['group_by', index], message }]
  })
}

function testFindings(tests: Rule['tests'] = []): readonly Finding[] {
  return tests.flatMap(({ events }, test) =>
    eventProblems(events).map(({ index, message }) => ({
      code: 'shape' as const,
      path: ['tests', test, 'events', ...(index === null ? [] : [index])],
      message,
    })),
  )
}

const modelPath = ['rule_config', 'llm_config', 'model']

function model(value: unknown, models: CheckRuleOptions['models']): readonly Finding[] {
  const asksModel = isMapping(valueAt(value, ['rule_config', 'llm_config']))
  if (models === undefined || !asksModel) return []
  const message = modelMessage(textAt(value, modelPath), models.configured)
  return message === undefined ? [] : [{ code: 'shape', path: modelPath, message }]
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

function textAt(value: unknown, path: readonly string[]): string | undefined {
  const found = valueAt(value, path)
  return typeof found === 'string' ? found : undefined
}
