import { FIELD_DEPTH_MAX, type FieldSketch } from '../../operators/events/field-sketch.ts'
import { expressionFields } from '../../operators/expression/expression-fields.ts'
import { fieldPath, type FieldPath } from '../../operators/expression/field-path.ts'
import type { Rule } from '../../schemas/rule.ts'
import { nearestName } from '../documents/nearest-name.ts'
import type { FieldProblem } from '../http/problem-document.ts'
import { expressionPath } from './expression-findings.ts'

export type KnownFields = Pick<FieldSketch, 'fieldsOf'>

/** The fields of a rule that no recent event of its types has, with what is meant, as far as that can be known. */
export function fieldWarnings(rule: Rule, known: KnownFields): readonly FieldProblem[] {
  const fields = known.fieldsOf(rule.event_types)
  if (fields === null) return []
  const isMissing = (path: FieldPath) => path.length <= FIELD_DEPTH_MAX && !fields.has(path.join('.'))
  const expression = rule.rule_config.pre_filter?.expression ?? ''
  const read = expressionFields(expression).filter(({ path }) => isMissing(path))
  const keys = (rule.group_by ?? []).map((field, index) => ({ path: fieldPath(field.split('.')), index }))
  return [
    ...read.map(({ path, line, column }) => ({
      path: expressionPath.join('.'),
      message: missing(path, fields),
      line,
      column,
    })),
    ...keys
      .filter(({ path }) => isMissing(path))
      .map(({ path, index }) => ({ path: `group_by.${index}`, message: missing(path, fields) })),
  ]
}

function missing(path: FieldPath, fields: ReadonlySet<string>): string {
  const name = path.join('.')
  const meant = nearestName(name, fields) ?? elsewhere(path, fields)
  const hint = meant === undefined ? '' : `; did you mean ${meant}?`
  return `no recent event of the types of this rule has ${name}${hint}`
}

/** The same name, deeper or less deep. */
function elsewhere(path: FieldPath, fields: ReadonlySet<string>): string | undefined {
  return [...fields].find(field => field.split('.').at(-1) === path.at(-1))
}
