import { describe, expect, test } from 'vitest'
import type { DemoSummary } from '../../../pipeline/demo/demo-summary.ts'
import { renderSummary } from '../../../pipeline/demo/render-summary.ts'

const summary: DemoSummary = {
  recorded: { from: '2026-11-20T10:00:00.000Z', to: '2026-11-20T10:03:00.000Z' },
  events: { total: 771, by_type: { 'price.update': 540, 'system.metric': 216, 'trade.signal': 15 } },
  rules: [
    { rule_id: 'buying-spree', evaluated: 15, filtered: 0, passed: 15, decisions: 5, alerts: 2 },
    { rule_id: 'price-crash', evaluated: 540, filtered: 518, passed: 22, decisions: 4, alerts: 2 },
  ],
  windows: { total: 9, by_closed_by: { size: 3, time: 6 } },
  outcomes: { triggered: 4, not_triggered: 5 },
  model: {
    calls: 9,
    tokens: { input: 20_000, output: 1000 },
    cost_usd: 0.0036,
    price: { input_usd_per_million: 0.15, output_usd_per_million: 0.6 },
  },
  saved: { calls_instead: 37, calls_saved: 28, cost_usd_instead: 0.01, cost_usd_saved: 0.0064 },
  saved_without_filters: {
    calls_instead: 555,
    calls_saved: 546,
    cost_usd_instead: 0.05,
    cost_usd_saved: 0.0464,
  },
  alerts: [
    {
      rule_id: 'buying-spree',
      key: 'BTCUSDT',
      raised_at: '2026-11-20T10:00:14.700Z',
      event_count: 5,
      confidence: 0.94,
      reason: `Five buys ${'in a row '.repeat(20)}${'x'.repeat(200)}`,
    },
  ],
}

function render(columns: number): readonly string[] {
  return renderSummary(summary, { columns, paint: (_style, text) => text })
}

describe('renderSummary', () => {
  test.each([80, 120, 40])('has no line longer than %i columns, and cuts no reason short', columns => {
    const lines = render(columns)
    expect(Math.max(...lines.map(line => line.length))).toBeLessThanOrEqual(columns)
    const letters = lines.join('').replaceAll(/\s/g, '')
    expect(letters).toContain(`Fivebuys${'inarow'.repeat(20)}${'x'.repeat(200)}`)
  })

  test('states calls, cost and prices, and what they are compared with', () => {
    const text = render(120).join('\n')
    expect(text).toContain('771: price.update 540, system.metric 216, trade.signal 15')
    expect(text).toContain('518 of 540 by price-crash')
    expect(text).toContain('9 judged by the model: full 3, time was up 6')
    expect(text).toContain('28 of 37 (76%) against a call for each matching event')
    expect(text).toContain('546 of 555 (98%) against a call for each event, unfiltered')
    expect(text).toContain('$0.0036, at $0.15 in and $0.60 out per million tokens')
    expect(text).toContain('$0.0064 of $0.0100 (64%)')
    expect(text).toContain('about $1.73, in place of $4.80 or, unfiltered, $24.00')
    expect(text).toContain('10:00:14  buying-spree BTCUSDT, 5 events, confidence 0.94')
  })
})
