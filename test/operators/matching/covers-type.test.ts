import { expect, test } from 'vitest'
import { coversType } from '../../../operators/matching/covers-type.ts'

test.each([
  ['trade.signal', 'trade.signal', true],
  ['trade.signal', 'trade.signal.btc', false],
  ['trade.*', 'trade.signal.btc', true],
  ['trade.*', 'trade', false],
  ['trade.*', 'trader.x', false],
  ['*', 'anything', true],
])('%s covers %s: %s', (pattern, eventType, expected) => {
  expect(coversType(pattern, eventType)).toBe(expected)
})
