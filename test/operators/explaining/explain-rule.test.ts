import { describe, expect, test } from 'vitest'
import { explainRule } from '../../../operators/explaining/explain-rule.ts'
import type { Event } from '../../../schemas/event.ts'
import { testRuleOf } from '../../support/test-rule-of.ts'

const event: Event = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 'signals',
  timestamp: '2026-11-20T10:00:00.000Z',
  context_key: 'k',
  data: { symbol: 'BTC', side: 'buy', volume: 60_000 },
}

const traditional = testRuleOf({ type: 'traditional' })

function of(data: Event['data']): Event {
  return { ...event, data }
}

describe('explainRule', () => {
  test('a match has its expression, its key and the window that the event would join', () => {
    expect(explainRule(testRuleOf({ type: 'hybrid' }), event)).toMatchObject({
      rule_id: 'spree',
      rule_version: 1,
      matches: true,
      result: 'match',
      why: 'the expression is true',
      event_type: { value: 'trade.signal', accepted: ['trade.signal'], matches: true },
      expression: { text: 'side == "buy"', value: true },
      key: { value: 'BTC', fields: [{ field: 'data.symbol', value: 'BTC' }] },
      window: { trigger_mode: 'batch', closes: 'at 5 events, or 30 s after its first one' },
    })
  })

  test.each([
    ['no_match', of({ symbol: 'BTC', side: 'buy', volume: 1 }), 'the expression is false'],
    ['unknown', of({ symbol: 'BTC', side: 'buy' }), 'the expression is unknown: volume is missing'],
    ['no_key', of({ side: 'buy', volume: 60_000 }), 'there is no key: data.symbol must be'],
    [
      'other_event_type',
      { ...event, event_type: 'trade.other' },
      'the rule is for trade.signal, not for trade.other',
    ],
  ])('%s', (result, seen, why) => {
    const explanation = explainRule(traditional, seen)
    expect(explanation).toMatchObject({ result, matches: false })
    expect(explanation.why).toContain(why)
  })

  test('a disabled rule says so, and what it would do', () => {
    expect(explainRule(testRuleOf({ over: { enabled: false } }), event)).toMatchObject({
      result: 'disabled',
      matches: false,
      enabled: false,
      event_type: { matches: true },
    })
  })

  test('an expression that is no boolean is unknown, though it has a value', () => {
    const rule = testRuleOf({
      type: 'traditional',
      over: { rule_config: { rule_type: 'traditional', pre_filter: { expression: 'flag' } } },
    })
    expect(explainRule(rule, of({ symbol: 'BTC', flag: 'yes' }))).toMatchObject({
      result: 'unknown',
      why: 'the expression is unknown: it is neither true nor false',
    })
  })

  test.each([
    [{ trigger_mode: 'realtime' }, 'at once: the model is asked about each event'],
    [{ trigger_mode: 'interval', interval_seconds: 15 }, 'at the next tick, one every 15 s'],
  ])('with %j its window closes %s', (llm, closes) => {
    const { window, why } = explainRule(testRuleOf({ llm }), event)
    expect([window.closes, why]).toEqual([closes, 'every event of its types passes'])
  })
})
