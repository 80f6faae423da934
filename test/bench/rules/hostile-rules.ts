import { type Rule, ruleSchema } from '../../../schemas/rule.ts'

const CHARACTERS_MAX = 4096
const DEPTH = 62

/** Sets of rules that use up some limit each: of characters, of parts, of depth, of values, of event types. */
export function hostileRules(rules: number): readonly (readonly [name: string, rules: readonly Rule[]])[] {
  const make = (
    expression: (index: number) => string,
    eventTypes: (index: number) => string[] = () => ['*'],
  ) => Array.from({ length: rules }, (_, index) => rule(index, expression(index), eventTypes(index)))
  return [
    ['128 fields of its own each', make(index => row(120, term => `r${index}f${term} > ${term}`))],
    [
      '500 values each',
      make(index => padded(`a in [${row(500, term => `"${(index * 7 + term) % 9973}"`, ', ')}]`)),
    ],
    [
      '62 levels deep',
      make(index => padded(`${'!('.repeat(DEPTH / 2)}x > ${index}${')'.repeat(DEPTH / 2)}`)),
    ],
    [
      '100 event types each',
      make(
        index => `x > ${index} && y > 1`,
        index => Array.from({ length: 100 }, (_, type) => `t${index % 97}.${type}`),
      ),
    ],
  ]
}

function row(terms: number, term: (index: number) => string, between = ' && '): string {
  return Array.from({ length: terms }, (_, index) => term(index)).join(between)
}

/** With spaces up to the longest that is allowed. */
function padded(expression: string): string {
  return expression.padEnd(CHARACTERS_MAX)
}

function rule(index: number, expression: string, eventTypes: string[]): Rule {
  return ruleSchema.parse({
    rule_id: `rule-${index}`,
    name: 'a rule',
    event_types: eventTypes,
    rule_config: {
      rule_type: 'traditional',
      pre_filter: { expression: expression.slice(0, CHARACTERS_MAX) },
    },
  })
}
