import { describe, expect, test } from 'vitest'
import { ruleChanges } from '../../../../pipeline/backtest/compare/rule-changes.ts'
import type { Decision } from '../../../../schemas/decision.ts'
import type { Rule } from '../../../../schemas/rule.ts'
import { type RuleParts, testRuleOf } from '../../../support/test-rule-of.ts'
import { compareStreams } from './compare-streams.ts'
import { decisionOf } from './decision-of.ts'

const batch = { trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 30 }
const hybrid: RuleParts = { type: 'hybrid', llm: batch }
const no = { outcome: 'not_triggered', confidence: 0.1 } as const
const undecided = { outcome: 'undecided', confidence: null, reason: null } as const

function withLlm(more: object): Rule {
  return testRuleOf({ type: 'hybrid', llm: { ...batch, ...more } })
}

function over(more: Readonly<Record<string, unknown>>): Rule {
  return testRuleOf({ ...hybrid, over: more })
}

/** Kind, cause and words of each difference. */
function whyOf(before: readonly Decision[], after: readonly Decision[], rules: Partial<Rules> = {}) {
  const { old = [testRuleOf(hybrid)], next = [testRuleOf(hybrid)] } = rules
  const versions = new Map(next.map(({ rule_id, metadata }) => [rule_id, metadata.version]))
  const { decisions } = compareStreams(before, after, { changes: ruleChanges(old, next), versions })
  return decisions.map(({ kind, cause, why }) => `${kind}, ${cause}: ${why}`)
}

interface Rules {
  readonly old: readonly Rule[]
  readonly next: readonly Rule[]
}

describe('why a window is on one side alone', () => {
  const expression = { rule_type: 'hybrid', pre_filter: { expression: 'volume > 5' } }
  const filtered = over({ rule_config: { ...testRuleOf(hybrid).rule_config, ...expression } })

  test.each<[string, readonly Rule[], string]>([
    ['a rule that is gone', [], 'rule_removed: the rule is gone or switched off'],
    ['one switched off', [over({ enabled: false })], 'rule_removed: the rule is gone or switched off'],
    [
      'another expression',
      [filtered],
      'filter: its events match no more: pre_filter.expression "side == \\"buy\\"" -> "volume > 5"',
    ],
    [
      'other types',
      [over({ event_types: ['x'] })],
      'filter: its events match no more: event_types ["trade.signal"] -> ["x"]',
    ],
    [
      'another key',
      [over({ group_by: ['data.side'] })],
      'group_by: its events have other keys: group_by ["data.symbol"] -> ["data.side"]',
    ],
  ])('names %s', (_, next, why) => {
    expect(whyOf([decisionOf([0])], [], { next })).toEqual([`only_before, ${why}`])
  })

  test('names a rule that is new, and an expression that lets more through', () => {
    expect(whyOf([], [decisionOf([0])], { old: [] })).toEqual([
      'only_after, rule_added: the rule is new or switched on',
    ])
    expect(whyOf([], [decisionOf([0])], { old: [filtered] })).toEqual([
      'only_after, filter: its events match now: pre_filter.expression "volume > 5" -> "side == \\"buy\\""',
    ])
  })

  test('names another version of the rule where no more is known', () => {
    const next = [over({ metadata: { version: 3 } })]
    expect(whyOf([decisionOf([0])], [], { next })).toEqual([
      'only_before, rule_version: version 1 of the rule before, version 3 after',
    ])
  })

  test('names a repeat that was dropped', () => {
    const repeats = [{ work_id: 'spree-0', work_offset: '7' }]
    expect(whyOf([decisionOf([0])], [decisionOf([1], { key: 'ETH', repeats })])).toContainEqual(
      'only_before, repeat: an event of it was dropped as a repeat',
    )
  })

  test('says so where nothing is known', () => {
    expect(whyOf([decisionOf([0])], [])).toEqual(['only_before, unknown: no reason was found'])
  })
})

describe('why windows hold other events', () => {
  const before = [decisionOf([0, 1]), decisionOf([2, 3])]

  test('names batch size and wait', () => {
    const next = [withLlm({ batch_size: 4, max_wait_seconds: 60 })]
    expect(whyOf(before, [decisionOf([0, 1, 2, 3])], { next })[0]).toBe(
      'window, windowing: windows close otherwise: batch_size 2 -> 4, max_wait_seconds 30 -> 60',
    )
  })

  test('names another mode, though its fields are new', () => {
    const next = [testRuleOf({ type: 'hybrid', llm: { trigger_mode: 'interval', interval_seconds: 30 } })]
    expect(whyOf(before, [decisionOf([0, 1, 2, 3])], { next })[0]).toBe(
      'window, windowing: windows close otherwise: trigger_mode "batch" -> "interval", batch_size 2 -> none, max_wait_seconds 30 -> none, interval_seconds none -> 30',
    )
  })

  test('names the pressure of a lane, and what follows from it', () => {
    const after = [decisionOf([0], { closed_by: 'pressure' }), decisionOf([1, 2]), decisionOf([3])]
    expect(whyOf(before, after)).toEqual([
      'window, pressure: the lane was full after, and closed it early',
      'window, follows: the window before it differs (pressure)',
      'window, follows: the window before it differs (pressure)',
    ])
  })

  test('names a timer that fired while an event was underway', () => {
    const timed = { closed_by: 'time', closed_at: '2026-11-20T10:00:00.500Z' } as const
    const after = [decisionOf([0], timed), decisionOf([1, 2, 3])]
    expect(whyOf(before, after)).toEqual([
      'window, timing: closed by size at 2026-11-20T10:00:01.000Z, then by time at 2026-11-20T10:00:00.500Z: an event was underway when a timer fired',
      'window, follows: the window before it differs (timing)',
    ])
  })

  test('names a rule that went while it was open', () => {
    const after = [decisionOf([0], { outcome: 'cancelled', closed_by: 'rule_change' })]
    expect(whyOf([decisionOf([0, 1])], after)).toEqual([
      'window, cancelled: the rule was gone or disabled after',
    ])
  })
})

describe('why the same events are decided otherwise', () => {
  const missing = { ...undecided, error: { code: 'answer_missing', message: 'not known' } }

  test.each<[string, Partial<Decision>, Rule, string]>([
    [
      'the threshold',
      { outcome: 'below_threshold' },
      withLlm({ confidence_threshold: 0.95 }),
      'threshold: confidence 0.9: confidence_threshold 0.7 -> 0.95',
    ],
    [
      'the text of the rule',
      no,
      withLlm({ description: 'some' }),
      'rule_text: the rule asks for something else: description "many" -> "some"',
    ],
    ['another model', no, withLlm({ model: 'slow' }), 'model: another model: model none -> "slow"'],
    [
      'an answer that is missing',
      missing,
      testRuleOf(hybrid),
      'answer_missing: no answer is known to what is asked',
    ],
    [
      'a model that nobody asked',
      { outcome: 'skipped', confidence: null, reason: 'not asked (--model none)' },
      testRuleOf(hybrid),
      'answer_missing: no model was asked',
    ],
    [
      'a window without a verdict',
      { ...undecided, error: { code: 'model_unavailable', message: 'gone' } },
      testRuleOf(hybrid),
      'no_verdict: no verdict after: model_unavailable: gone',
    ],
    [
      'money that was spent',
      { outcome: 'skipped', confidence: null, budget: 'skip' },
      testRuleOf(hybrid),
      'budget: the money of the day was spent after',
    ],
    [
      'a rule that was gone',
      { outcome: 'cancelled', confidence: null, closed_by: 'rule_change' },
      testRuleOf(hybrid),
      'cancelled: the rule was gone or disabled after',
    ],
    [
      'another question',
      { ...no, question_hash: 'other' },
      testRuleOf(hybrid),
      'question: something else was asked: the events, the model or its terms differ',
    ],
    ['another answer', no, testRuleOf(hybrid), 'answer: the same was asked, and answered otherwise'],
  ])('names %s', (_, more, next, why) => {
    expect(whyOf([decisionOf([0, 1])], [decisionOf([0, 1], more)], { next: [next] })).toEqual([
      `verdict, ${why}`,
    ])
  })

  test('cuts what is long', () => {
    const next = [withLlm({ description: '😀'.repeat(500) })]
    const [why] = whyOf([decisionOf([0])], [decisionOf([0], no)], { next })
    expect(why).toBe(
      `verdict, rule_text: the rule asks for something else: description "many" -> "${'😀'.repeat(99)}…`,
    )
  })
})
