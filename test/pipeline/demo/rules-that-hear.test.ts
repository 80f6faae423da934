import { expect, test } from 'vitest'
import { eventTypeOf } from '../../../pipeline/demo/event-type-of.ts'
import { rulesThatHear } from '../../../pipeline/demo/rules-that-hear.ts'
import { testRuleOf } from '../../support/test-rule-of.ts'

test('keeps the rules for types that there are, by prefix as well, in their order', () => {
  const rules = ['system.metric', 'trade.*', 'order.filled', 'trade.signal'].map(type =>
    testRuleOf({ over: { rule_id: type.replaceAll(/\W/g, '-'), event_types: [type] } }),
  )
  const values = ['{"event_type":"trade.signal"}', 'no event', '{"event_type":"trade.signal"}']
  const types = values.map(value => eventTypeOf({ value: Buffer.from(value) }))
  expect(types).toEqual(['trade.signal', 'unknown', 'trade.signal'])
  expect(rulesThatHear(types, rules).map(({ event_types }) => event_types)).toEqual([
    ['trade.*'],
    ['trade.signal'],
  ])
})
