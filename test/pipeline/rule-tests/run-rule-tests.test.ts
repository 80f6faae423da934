import { describe, expect, test } from 'vitest'
import { failingTests } from '../../../pipeline/rule-tests/failing-tests.ts'
import { runRuleTests } from '../../../pipeline/rule-tests/run-rule-tests.ts'
import { type RuleParts, testRuleOf } from '../../support/test-rule-of.ts'

const events = [
  { event_type: 'trade.signal', data: { symbol: 'BTC', side: 'buy', volume: 150_000 }, repeat: 5 },
  { event_type: 'trade.signal', data: { symbol: 'ETH', side: 'buy', volume: 1 }, at: '+5s' },
]
const answers = [
  { should_trigger: true, confidence: 0.9, reason: 'a spree of five' },
  { should_trigger: true, confidence: 0.5, reason: 'one alone' },
]

function failing(expected: unknown, rest: object = {}, parts: RuleParts = {}) {
  const tests = [{ name: 't', events, answers, expect: expected, ...rest }]
  return failingTests(testRuleOf({ ...parts, over: { tests } }))
}

describe('a test passes', () => {
  test.each([
    { alerts: 1, model_calls: 2 },
    { outcomes: ['triggered', 'below_threshold'] },
    { reason: 'spree' },
    {
      windows: [
        {
          key: 'BTC',
          event_count: 5,
          closed_by: 'size',
          closed_at: '+0s',
          confidence: 0.9,
          reason: 'of five',
        },
        { key: 'ETH', event_count: 1, closed_by: 'time', closed_at: '35s', outcome: 'below_threshold' },
      ],
    },
    { windows: [{}, {}] },
  ])('that expects %j', async expected => {
    expect(await failing(expected)).toEqual([])
  })
})

describe('a test fails', () => {
  test.each([
    [{ alerts: 2 }, 'alerts', 'expected 2, got 1'],
    [{ model_calls: 0 }, 'model_calls', 'expected 0, got 2'],
    [{ outcome: 'triggered' }, 'outcome', 'expected triggered, got triggered and below_threshold'],
    [{ outcomes: ['triggered'] }, 'outcomes', 'expected triggered, got triggered, below_threshold'],
    [{ reason: 'six' }, 'reason', 'expected a reason with "six", got "a spree of five", "one alone"'],
    [{ windows: [] }, 'windows', 'expected 0 windows, got 2'],
    [{ windows: [{}, { key: 'BTC' }] }, 'windows.1.key', 'expected BTC, got ETH'],
    [{ windows: [{ closed_at: '+1s' }, {}] }, 'windows.0.closed_at', 'expected +1s, got +0s'],
    [
      { windows: [{ reason: 'x' }, {}] },
      'windows.0.reason',
      'expected a reason with "x", got a spree of five',
    ],
  ])('that expects %j', async (expected, path, message) => {
    expect(await failing(expected)).toEqual([{ path: `tests.0.expect.${path}`, message: `t: ${message}` }])
  })

  test('whose answers run out, and says so first', async () => {
    const [first] = await failing({ alerts: 2 }, { answers: answers.slice(0, 1) })
    const message = 't: the model was asked 2 times, and the test has 1 answer'
    expect(first).toEqual({ path: 'tests.0.answers', message })
  })

  test('that expects an outcome where nothing gets to a window', async () => {
    const parts = { over: { event_types: ['other'] } }
    const tests = [{ name: 't', events, expect: { outcome: 'triggered' } }]
    const [only] = await failingTests(testRuleOf({ over: { ...parts.over, tests } }))
    expect(only?.message).toBe('t: expected triggered, got no window')
  })
})

test('runs the tests whose name contains the words', async () => {
  const tests = ['fires', 'stays quiet', 'fires again'].map(name => ({
    name,
    events,
    answers,
    expect: { alerts: 1 },
  }))
  const names: string[] = []
  for await (const result of runRuleTests(testRuleOf({ over: { tests } }), { only: 'fires' }))
    names.push(result.test.name)
  expect(names).toEqual(['fires', 'fires again'])
})

test('a rule without tests has none that fails', async () => {
  expect(await failingTests(testRuleOf())).toEqual([])
})

test('breaks off the tests of a rule that take too long together', async () => {
  const many = [{ ...events[1], repeat: 5000 }]
  const tests = ['a', 'b'].map(name => ({ name, events: many, expect: { alerts: 0 } }))
  const failures = await failingTests(testRuleOf({ over: { tests } }), 50)
  expect(failures.map(({ path }) => path)).toEqual(['tests.0.events', 'tests.1.events'])
})
