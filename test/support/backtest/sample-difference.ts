import type { BacktestDifference, ChangedDecision } from '../../../schemas/backtest/backtest-difference.ts'

type Side = NonNullable<ChangedDecision['before']>

const before: Side = {
  decision_id: 'a1',
  rule_version: 1,
  closed_by: 'size',
  opened_at: '2026-11-20T09:35:04.120Z',
  closed_at: '2026-11-20T09:35:16.300Z',
  event_count: 5,
  outcome: 'triggered',
  confidence: 0.91,
  reason:
    'Five buys of 120k to 310k USDT within twelve seconds and no sell between them: 1.04M USDT together.',
}

const changes: readonly Omit<ChangedDecision, 'key'>[] = [
  {
    rule_id: 'buying-spree',
    kind: 'verdict',
    cause: 'rule_text',
    why: 'The same five events; the description of the rule changed.',
    before,
    after: {
      ...before,
      decision_id: 'b1',
      rule_version: 2,
      outcome: 'not_triggered',
      confidence: 0.42,
      reason:
        'Large buys, but by one market maker that sells as much elsewhere: no spree as the rule means it.',
    },
  },
  {
    rule_id: 'price-crash',
    kind: 'window',
    cause: 'windowing',
    why: 'batch_size went from 10 to 5: the first five of its ten events were judged by themselves.',
    before: {
      ...before,
      event_count: 10,
      outcome: 'below_threshold',
      confidence: 0.64,
      reason: 'It falls, and the last update takes a third of it back.',
    },
    after: {
      ...before,
      decision_id: 'b2',
      reason: 'Five falls in a row, 4.1 % in nine seconds, each steeper than the one before.',
    },
  },
  {
    rule_id: 'host-pressure',
    kind: 'only_before',
    cause: 'filter',
    why: 'The expression is stricter: none of its events passes it.',
    before: {
      ...before,
      closed_by: 'time',
      outcome: 'not_triggered',
      confidence: 0.88,
      reason: 'A backup runs at this hour every day; memory is fine.',
    },
    after: null,
  },
  {
    rule_id: 'card-testing',
    kind: 'only_after',
    cause: 'rule_added',
    why: 'The rule is new.',
    before: null,
    after: {
      ...before,
      decision_id: 'b4',
      reason: 'Eight charges of 0.99 to 1.01 EUR at eight shops within two minutes, six of them declined.',
    },
  },
]

const keys = ['BTCUSDT', 'SOLUSDT', 'web-07.eu-west', 'card-fb1', 'ETHUSDT']

/** What might differ after a rule was changed: decisions of every kind, as many as are wanted. */
export function sampleDifference(decisions = 12): BacktestDifference {
  return {
    against: ['rules/before.yaml'],
    compared: 26_265,
    same: 25_803,
    changed: { verdict: 211, window: 187, only_before: 61, only_after: 3 },
    causes: [
      { kind: 'verdict', cause: 'rule_text', count: 211 },
      { kind: 'window', cause: 'windowing', count: 187 },
      { kind: 'only_before', cause: 'filter', count: 61 },
      { kind: 'only_after', cause: 'rule_added', count: 3 },
    ],
    not_compared: { outside: 0, other_rules: 0 },
    alerts: { kept: 812, gone: 81, new: 24 },
    calls: { before: 26_092, after: 20_010 },
    cost_usd: { before: 2.23502655, after: 1.7061 },
    decisions: Array.from({ length: decisions }, (_, index) => {
      const change = changes[index % changes.length]
      if (change === undefined) throw new Error('there are no changes')
      return { key: keys[index % keys.length] ?? '', ...change }
    }),
    decisions_omitted: Math.max(0, 462 - decisions),
  }
}
