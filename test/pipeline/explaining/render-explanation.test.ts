import { expect, test } from 'vitest'
import { explainRule } from '../../../operators/explaining/explain-rule.ts'
import { renderExplanation } from '../../../pipeline/explaining/render-explanation.ts'
import { PARTS_SHOWN_MAX } from '../../../pipeline/explaining/render-parts.ts'
import type { Event } from '../../../schemas/event.ts'
import type { Rule } from '../../../schemas/rule.ts'
import { testRuleOf } from '../../support/test-rule-of.ts'

const event: Event = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 's',
  timestamp: '2026-11-20T10:00:00.000Z',
  context_key: 'k',
  data: { symbol: 'BTC', side: 'buy', text: 'x'.repeat(100) },
}

function rendered(rule: Rule, seen = event) {
  return renderExplanation(explainRule(rule, seen), { paint: (_colour, text) => text })
}

function withExpression(expression: string): Rule {
  const rule_config = { rule_type: 'traditional', pre_filter: { expression } }
  return testRuleOf({ over: { rule_config } })
}

test('shows each condition, with the values below each other', () => {
  expect(rendered(testRuleOf({ type: 'traditional' }))).toEqual([
    'spree, event e-1: no match, the expression is unknown: volume is missing',
    '  event type  trade.signal: yes, the rule is for trade.signal',
    '  expression  side == "buy" && volume > 50000  unknown: volume is missing',
    '                side == "buy"                  true',
    '                  side                         "buy"',
    '                volume > 50000                 unknown: volume is missing',
    '                  volume                       unknown: volume is missing',
    '  key         BTC, by data.symbol',
    '  window      at once: the alert needs no model',
  ])
})

test('shows a rule without an expression, and an event without the field of its key', () => {
  expect(rendered(testRuleOf(), { ...event, data: {} })).toEqual([
    expect.stringContaining('spree, event e-1: no match, there is no key'),
    '  event type  trade.signal: yes, the rule is for trade.signal',
    '  expression  none',
    '  key         none, by data.symbol (missing)',
    '  window      batch, closes at 5 events, or 30 s after its first one',
  ])
})

test('cuts long texts and values, and keeps to a number of parts', () => {
  const long = rendered(
    withExpression('text == "y" && symbol.contains("a very long text that nobody would write by hand")'),
  )
  expect(Math.max(...long.map(({ length }) => length))).toBeLessThan(140)
  const many = rendered(withExpression(Array.from({ length: 30 }, () => 'side == "buy"').join(' || ')))
  expect(many).toHaveLength(PARTS_SHOWN_MAX + 5)
  expect(many[PARTS_SHOWN_MAX + 2]).toBe('              and 21 more parts')
})

test('lets no control character through', () => {
  const hostile = {
    ...event,
    event_id: 'a\u001b[2Jb',
    event_type: '\u009b31m',
    data: { symbol: '\u0007', side: '\u009b' },
  }
  expect(rendered(testRuleOf({ type: 'hybrid' }), hostile).join('')).not.toMatch(/[\u0007\u001b\u009b]/)
})
