import { expect, test } from 'vitest'
import {
  parseSweepParameter,
  SWEPT_VALUES_MAX,
} from '../../../../pipeline/backtest/sweep/parse-sweep-parameter.ts'

test('reads a name and its values', () => {
  const sizes = parseSweepParameter('batch_size=5, 10,20')
  expect(parseSweepParameter('my.rule-1.model=fast,gpt-4o', sizes)).toEqual([
    { name: 'batch_size', ruleId: null, field: 'batch_size', values: [5, 10, 20] },
    { name: 'my.rule-1.model', ruleId: 'my.rule-1', field: 'model', values: ['fast', 'gpt-4o'] },
  ])
})

test.each(['batch_size', 'batch_size=', '=5', 'batch_size=5,,6', ''])('refuses %j', text => {
  expect(() => parseSweepParameter(text)).toThrow('It must be a name and values, such as batch_size=5,10,20.')
})

test('refuses the same name twice, and more values than may be', () => {
  expect(() => parseSweepParameter('a=1', parseSweepParameter('a=2'))).toThrow('a is there twice')
  const values = Array.from({ length: SWEPT_VALUES_MAX }, (_, index) => index)
  expect(parseSweepParameter(`a=${values.join(',')}`)[0]?.values).toHaveLength(SWEPT_VALUES_MAX)
  expect(() => parseSweepParameter(`a=${values.join(',')},x`)).toThrow('at most 100 values')
})
