import { expect, test } from 'vitest'
import { composeDecision } from '../../../operators/judging/compose-decision.ts'
import type { Verdict } from '../../../operators/judging/verdict.ts'
import { deriveId } from '../../../operators/lanes/derive-id.ts'
import { decisionSchema } from '../../../schemas/decision.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { closedWindow, type ClosedWindowOptions, plainRule, WINDOW_MS } from '../../support/closed-window.ts'

const context = { workPartition: 1, decidedAtMs: WINDOW_MS + 9000, repeats: [] }
const traditional = {
  rule_id: 'plain',
  name: 'Plain',
  event_types: ['trade.signal'],
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1' } },
}

function verdict(answer: Verdict['answer'], window: ClosedWindowOptions = {}): Verdict {
  return {
    kind: 'verdict',
    window: closedWindow(window),
    answer,
    model: answer === null ? null : { name: 'fast', modelId: 'gpt-4o-mini' },
    questionHash: answer === null ? null : 'c0ffee',
    cache: answer === null ? 'none' : 'miss',
    budget: null,
    attempts: answer === null ? [] : [{ model: 'fast', count: 2 }],
    tokens: { input: 412, output: 31 },
    costUsd: 0.00021,
    queueMs: 3.4,
    callMs: 640.6,
  }
}

function answer(shouldTrigger: boolean, confidence: number) {
  return { shouldTrigger, confidence, reason: 'because' }
}

test('writes every field of the contract, in its order', () => {
  const rule = plainRule({ trigger_mode: 'batch', batch_size: 2 })
  const window = { rule, data: [{ n: 1 }, { n: 2 }], closedBy: 'size' } as const
  const decision = composeDecision(verdict(answer(true, 0.93), window), context)
  expect(decisionSchema.strict().parse(decision)).toEqual(decision)
  expect(decision).toEqual({
    decision_id: deriveId(['plain', '1', 'BTCUSDT', 'w-40', 'w-41']),
    rule_id: 'plain',
    rule_version: 1,
    rule_type: 'llm',
    key: 'BTCUSDT',
    trigger_mode: 'batch',
    closed_by: 'size',
    event_count: 2,
    events: [40, 41].map((offset, n) => ({
      event_id: `e-${offset}`,
      event_type: 'trade.signal',
      timestamp: new Date(WINDOW_MS - 5000 + n).toISOString(),
      topic: 'signals',
      partition: 3,
      offset: `${1000 + offset}`,
      work_id: `w-${offset}`,
      work_offset: `${offset}`,
      arrived_at: new Date(WINDOW_MS + n * 1000).toISOString(),
    })),
    work_partition: 1,
    repeats: [],
    format: 1,
    opened_at: '2026-11-20T10:00:00.000Z',
    closed_at: '2026-11-20T10:00:01.000Z',
    decided_at: '2026-11-20T10:00:09.000Z',
    outcome: 'triggered',
    confidence: 0.93,
    reason: 'because',
    error: null,
    model: 'fast',
    model_id: 'gpt-4o-mini',
    question_hash: 'c0ffee',
    attempts: 2,
    cache: 'miss',
    budget: null,
    tokens: { input: 412, output: 31 },
    cost_usd: 0.00021,
    waited_ms: { window: 1000, queue: 3, call: 641 },
  })
})

test.each([
  [true, 0.7, 'triggered'],
  [true, 0.700_001, 'triggered'],
  [true, 0.699_999, 'below_threshold'],
  [true, 0, 'below_threshold'],
  [false, 1, 'not_triggered'],
  [false, 0.1, 'not_triggered'],
] as const)('makes of should_trigger %s at confidence %s: %s', (shouldTrigger, confidence, outcome) => {
  const decision = composeDecision(verdict(answer(shouldTrigger, confidence)), context)
  expect(decision).toMatchObject({ outcome, confidence, reason: 'because', error: null })
})

test.each([
  [0, 0, 'triggered'],
  [1, 1, 'triggered'],
  [1, 0.999, 'below_threshold'],
])('compares with a threshold of %s: confidence %s is %s', (threshold, confidence, outcome) => {
  const rule = plainRule({ confidence_threshold: threshold })
  expect(composeDecision(verdict(answer(true, confidence), { rule }), context).outcome).toBe(outcome)
})

test('decides a traditional rule by its expression alone', () => {
  expect(composeDecision(verdict(null, { rule: traditional }), context)).toMatchObject({
    rule_type: 'traditional',
    trigger_mode: null,
    outcome: 'triggered',
    confidence: null,
    reason: 'the expression holds: volume > 1',
    error: null,
    model: null,
    model_id: null,
    question_hash: null,
    attempts: 0,
    cache: 'none',
  })
})

test('cancels the window of a rule that is gone, with the version that its event had passed', () => {
  expect(composeDecision(verdict(null, { rule: null, closedBy: 'rule_change' }), context)).toMatchObject({
    decision_id: deriveId(['plain', '7', 'BTCUSDT', 'w-40']),
    rule_version: 7,
    rule_type: 'llm',
    outcome: 'cancelled',
    closed_by: 'rule_change',
    confidence: null,
    error: null,
    cache: 'none',
  })
})

test('is undecided with the code where there is no answer', () => {
  const failure = new PipelineError('answer_invalid', 'the answer is empty')
  expect(composeDecision(verdict(failure), context)).toMatchObject({
    outcome: 'undecided',
    confidence: null,
    reason: null,
    error: { code: 'answer_invalid', message: 'the answer is empty' },
    model: 'fast',
    attempts: 2,
    cache: 'miss',
    budget: null,
  })
})

test('triggers without a verdict where the rule says so, and names why', () => {
  const rule = plainRule({ on_failure: 'trigger' })
  const failure = new PipelineError('model_unavailable', 'no answer within hold_seconds (900)')
  const decision = composeDecision(verdict(failure, { rule }), context)
  expect(decision).toMatchObject({
    outcome: 'triggered',
    confidence: null,
    error: { code: 'model_unavailable' },
  })
  expect(decision.reason).toContain('no answer within hold_seconds (900)')
})

test('names the repeats that it finishes', () => {
  const repeats = [{ work_id: 'w-50', work_offset: '50' }]
  const decision = composeDecision(verdict(answer(false, 1)), { ...context, repeats })
  expect(decision.repeats).toEqual(repeats)
  expect(decision.decision_id).toBe(composeDecision(verdict(answer(true, 1)), context).decision_id)
})

test('has an id of its own for each rule version, key and list of work', () => {
  const ids = [
    {},
    { key: 'ETHUSDT' },
    { offset: 41 },
    { data: [{}, {}] },
    { rule: { ...traditional, metadata: { version: 2 } } },
  ].map(window => composeDecision(verdict(answer(true, 1), window), context).decision_id)
  expect(new Set(ids).size).toBe(5)
  expect(ids.every(id => /^[0-9a-f]{32}$/.test(id))).toBe(true)
})

test('takes a window without events for a bug', () => {
  const window = { ...closedWindow({ rule: null }), held: [] }
  expect(() => composeDecision({ ...verdict(null), window }, context)).toThrow(Error)
})
