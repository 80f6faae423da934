import { expect, test } from 'vitest'
import { parseSweepParameter } from '../../../../pipeline/backtest/sweep/parse-sweep-parameter.ts'
import { planSweep, SWEEP_RUNS_MAX } from '../../../../pipeline/backtest/sweep/plan-sweep.ts'
import type { Rule } from '../../../../schemas/rule.ts'
import { testRuleOf } from '../../../support/test-rule-of.ts'

const batch = testRuleOf({ over: { rule_id: 'batch' } })
const realtime = testRuleOf({ llm: { trigger_mode: 'realtime' }, over: { rule_id: 'realtime' } })
const traditional = testRuleOf({ type: 'traditional', over: { rule_id: 'traditional' } })
const rules = [batch, realtime, traditional]

function plan(given: readonly string[], of: readonly Rule[] = rules, options = {}) {
  let parameters = parseSweepParameter(given[0] ?? '')
  for (const text of given.slice(1)) parameters = parseSweepParameter(text, parameters)
  return planSweep(of, parameters, options)
}

/** What the rules of each run ask for. */
function fieldsOf(given: readonly string[], field: 'batch_size' | 'confidence_threshold') {
  return plan(given).runs.map(run => run.rules.map(rule => rule.rule_config.llm_config?.[field]))
}

test('changes a field of a mode in the rules of that mode', () => {
  expect(fieldsOf(['batch_size=5,10'], 'batch_size')).toEqual([
    [5, undefined, undefined],
    [10, undefined, undefined],
  ])
})

test('changes any other field in every rule that asks a model, and leaves the others as they are', () => {
  expect(fieldsOf(['confidence_threshold=0.5'], 'confidence_threshold')).toEqual([[0.5, 0.5, undefined]])
  expect(plan(['confidence_threshold=0.5']).runs[0]?.rules[2]).toEqual(traditional)
})

test('changes one rule alone where it is named', () => {
  expect(fieldsOf(['realtime.confidence_threshold=0.1'], 'confidence_threshold')).toEqual([
    [0.7, 0.1, undefined],
  ])
})

test('makes a run of each combination, the last parameter changing first', () => {
  const { runs } = plan(['batch_size=5,10', 'max_wait_seconds=10,30'])
  expect(runs.map(({ values }) => values)).toEqual([
    { batch_size: 5, max_wait_seconds: 10 },
    { batch_size: 5, max_wait_seconds: 30 },
    { batch_size: 10, max_wait_seconds: 10 },
    { batch_size: 10, max_wait_seconds: 30 },
  ])
})

test('tells every value that the rules do not take, in the words of their schema', () => {
  expect(plan(['batch_size=0,5,x', 'confidence_threshold=2']).problems).toEqual([
    '--sweep batch_size=0: rule_config.llm_config.batch_size: must be at least 1',
    '--sweep confidence_threshold=2: rule_config.llm_config.confidence_threshold: must be at most 1',
    '--sweep batch_size=x: rule_config.llm_config.batch_size: must be a number, not text',
  ])
  expect(plan(['batchsize=5']).problems).toEqual([
    '--sweep batchsize=5: rule_config.llm_config.batchsize: is unknown; did you mean batch_size?',
  ])
  expect(plan(['realtime.batch_size=5']).problems).toEqual([
    '--sweep realtime.batch_size=5: rule_config.llm_config.batch_size: only with trigger_mode: batch',
  ])
  expect(
    plan(['model=slow'], rules, { models: { configured: { default: 'fast', fast: {} } } }).problems,
  ).toEqual([
    '--sweep model=slow: rule_config.llm_config.model: no such model is configured; configured: fast',
  ])
})

test('says where a parameter is for no rule', () => {
  expect(plan(['interval_seconds=5', 'gone.batch_size=5']).problems).toEqual([
    '--sweep interval_seconds: no rule has trigger_mode: interval',
    '--sweep gone.batch_size: there is no rule with the id gone',
  ])
  expect(plan(['model=a'], [traditional]).problems).toEqual(['--sweep model: no rule asks a model'])
})

test('makes no more runs than it may', () => {
  const values = Array.from({ length: SWEEP_RUNS_MAX / 2 + 1 }, (_, index) => index + 1).join(',')
  expect(plan([`batch_size=${values}`, 'confidence_threshold=0.1,0.2']).problems).toEqual([
    '--sweep: these are 102 runs, at most 100 are made',
  ])
})
