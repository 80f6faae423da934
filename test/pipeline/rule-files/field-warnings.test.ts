import { expect, test } from 'vitest'
import { fieldWarnings } from '../../../pipeline/rule-files/field-warnings.ts'
import { ruleSchema } from '../../../schemas/rule.ts'

const known = {
  fieldsOf: (types: readonly string[]) =>
    types.includes('trade') ? new Set(['event_type', 'source', 'data.volume', 'data.order.side']) : null,
}

function warningsOf(expression: string, more: object = {}) {
  const rule = ruleSchema.parse({
    rule_id: 'r',
    name: 'r',
    event_types: ['trade'],
    rule_config: { rule_type: 'traditional', pre_filter: { expression } },
    ...more,
  })
  return fieldWarnings(rule, known)
}

const path = 'rule_config.pre_filter.expression'
const none = 'no recent event of the types of this rule has'

test('names each field that no recent event has, its place, and what is meant', () => {
  expect(warningsOf('volum > 5 &&\n  data.side == "buy" && colour == 1')).toEqual([
    { path, line: 1, column: 1, message: `${none} data.volum; did you mean data.volume?` },
    { path, line: 2, column: 3, message: `${none} data.side; did you mean data.order.side?` },
    { path, line: 2, column: 25, message: `${none} data.colour` },
  ])
})

test('looks at what a rule groups by', () => {
  expect(warningsOf('volume > 5', { group_by: ['source', 'data.symbol'] })).toEqual([
    { path: 'group_by.1', message: `${none} data.symbol` },
  ])
})

test('says nothing of fields that are there, that are asked for, or that are too deep to know', () => {
  expect(warningsOf('data.volume > 5 && order.side == "buy" && source != "x"')).toEqual([])
  expect(warningsOf('has(data.extra) && data.extra > 1')).toEqual([])
  expect(warningsOf('a.b.c.d.e.f > 1')).toEqual([])
})

test('says nothing where no event of the types of the rule came', () => {
  expect(warningsOf('volum > 5', { event_types: ['other'] })).toEqual([])
})
