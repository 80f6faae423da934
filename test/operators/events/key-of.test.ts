import { expect, test } from 'vitest'
import { keyOf } from '../../../operators/events/key-of.ts'
import { NAME_CHARACTERS_MAX, type Event } from '../../../schemas/event.ts'

function event(data: Event['data'] = {}): Event {
  return {
    event_id: 'e-1',
    event_type: 'trade.signal',
    source: 'exchange-a',
    timestamp: '2026-11-20T10:00:00.123Z',
    context_key: 'context',
    data,
  }
}

test('is the context key by default', () => {
  expect(keyOf(event(), undefined)).toBe('context')
})

test.each([
  [['data.symbol'], 'BTCUSDT'],
  [['symbol'], 'BTCUSDT'],
  [['event_type'], 'trade.signal'],
  [['context_key'], 'context'],
  [['data.meta.region'], 'eu'],
  [['meta.region'], 'eu'],
  [['amount'], '1.5'],
  [['paid'], 'true'],
  [['empty'], ''],
  [['symbol', 'amount', 'paid'], '["BTCUSDT",1.5,true]'],
  [['symbol', 'event_type'], '["BTCUSDT","trade.signal"]'],
])('groups by %j as %s', (groupBy, expected) => {
  const data = { symbol: 'BTCUSDT', meta: { region: 'eu' }, amount: 1.5, paid: true, empty: '' }
  expect(keyOf(event(data), groupBy)).toBe(expected)
})

test.each([
  ['missing'],
  ['nothing'],
  ['list'],
  ['meta'],
  ['data'],
  ['endless'],
  ['constructor'],
  ['list.length'],
  ['event_type.x'],
])('has no key for %s', field => {
  const data = { nothing: null, list: ['a'], meta: {}, endless: Infinity, symbol: 'a' }
  expect(keyOf(event(data), [field])).toBeUndefined()
  expect(keyOf(event(data), ['symbol', field])).toBeUndefined()
})

test('has no key beyond the greatest length', () => {
  const symbol = 'x'.repeat(NAME_CHARACTERS_MAX)
  expect(keyOf(event({ symbol }), ['symbol'])).toBe(symbol)
  expect(keyOf(event({ symbol: `${symbol}x` }), ['symbol'])).toBeUndefined()
  expect(keyOf(event({ symbol }), ['symbol', 'event_type'])).toBeUndefined()
})
