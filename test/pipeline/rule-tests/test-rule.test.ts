import { describe, expect, test } from 'vitest'
import { testRule } from '../../../pipeline/rule-tests/test-rule.ts'
import { TEST_EVENTS_MAX, type TestEvent } from '../../../schemas/rule-test.ts'
import { testRuleOf } from '../../support/test-rule-of.ts'

const yes = { should_trigger: true, confidence: 0.9, reason: 'a spree' }
const no = { should_trigger: false, confidence: 0.8, reason: 'too few' }

function buy(symbol: string, rest: Partial<TestEvent> = {}): TestEvent {
  return { event_type: 'trade.signal', data: { symbol, side: 'buy', volume: 150_000 }, ...rest }
}

describe('testRule', () => {
  test('asks once about five events, and closes the window of the sixth when its time is up', async () => {
    const run = await testRule(testRuleOf(), { events: [buy('BTC', { repeat: 6 })], answers: [yes, no] })
    expect([run.alerts.length, run.model_calls]).toEqual([1, 2])
    expect(run.decisions).toMatchObject([
      { closed_by: 'size', event_count: 5, outcome: 'triggered', reason: 'a spree' },
      { closed_by: 'time', event_count: 1, outcome: 'not_triggered', closed_at: '2026-01-01T00:00:30.000Z' },
    ])
  })

  test('lets events arrive at their time, and repeats one after the other', async () => {
    const events = [buy('BTC', { at: '+10s', repeat: 3, every: '2s' }), buy('BTC'), buy('BTC', { at: '+1m' })]
    const run = await testRule(testRuleOf(), { events, answers: [yes, no] })
    const arrivals = run.decisions.map(decision =>
      decision.events.map(({ arrived_at }) => arrived_at.slice(14, 19)),
    )
    expect(arrivals).toEqual([['00:10', '00:12', '00:14', '00:14'], ['01:00']])
  })

  test('closes windows of an interval at the same ticks in each run', async () => {
    const rule = testRuleOf({ llm: { trigger_mode: 'interval', interval_seconds: 30 } })
    const events = ['BTC', 'ETH', 'SOL'].flatMap(symbol => [buy(symbol, { repeat: 2 })])
    const [first, second] = await Promise.all(
      [1, 2].map(() => testRule(rule, { events, answers: [{ ...yes, repeat: 3 }] })),
    )
    expect(first?.decisions.map(({ closed_by, event_count }) => [closed_by, event_count])).toEqual([
      ['tick', 2],
      ['tick', 2],
      ['tick', 2],
    ])
    expect(first).toEqual(second)
  })

  test('asks no model for a traditional rule', async () => {
    const events = [buy('BTC'), buy('BTC', { data: { symbol: 'BTC', side: 'sell', volume: 150_000 } })]
    const run = await testRule(testRuleOf({ type: 'traditional' }), { events })
    expect([run.alerts.length, run.model_calls, run.decisions.length]).toEqual([1, 0, 1])
  })

  test('says so in the decision when the answers run out', async () => {
    const rule = testRuleOf({ llm: { trigger_mode: 'realtime' } })
    const { decisions } = await testRule(rule, { events: [buy('BTC', { repeat: 2 })], answers: [yes] })
    expect(decisions).toMatchObject([
      { outcome: 'triggered' },
      { outcome: 'undecided', error: { message: 'the test has no answer for call 2: add one to answers' } },
    ])
  })

  test('takes a raw answer as it comes, and asks once more about a broken one', async () => {
    const rule = testRuleOf({ llm: { trigger_mode: 'realtime' } })
    const answers = [
      { raw: 'Yes!' },
      { raw: '```json\n{"should_trigger":true,"confidence":1,"reason":"r"}\n```' },
    ]
    const { decisions, model_calls } = await testRule(rule, { events: [buy('BTC')], answers })
    expect(decisions).toMatchObject([{ outcome: 'triggered', attempts: 2, reason: 'r' }])
    expect(model_calls).toBe(2)
  })

  test.each([
    ['model_timeout', 'triggered', 2],
    ['model_key_rejected', 'triggered', 2],
    ['model_refused', 'undecided', 1],
    ['answer_truncated', 'triggered', 2],
  ] as const)('after a %s the window is %s by call %i', async (failure, outcome, model_calls) => {
    const rule = testRuleOf({ llm: { trigger_mode: 'realtime' } })
    const run = await testRule(rule, { events: [buy('BTC')], answers: [{ failure }, yes] })
    expect(run).toMatchObject({ model_calls, decisions: [{ outcome }] })
  })

  test('runs a disabled rule, and one that names a model', async () => {
    const rule = testRuleOf({ llm: { trigger_mode: 'realtime', model: 'fast' }, over: { enabled: false } })
    const run = await testRule(rule, { events: [buy('BTC')], answers: [yes] })
    expect(run.alerts).toHaveLength(1)
  })

  test('judges an event that is sent twice once', async () => {
    const rule = testRuleOf({ type: 'traditional' })
    const run = await testRule(rule, { events: [buy('BTC', { event_id: 'e-1', repeat: 3 })] })
    expect(run.alerts).toHaveLength(1)
  })

  test('keeps the prompts, each with the answer that was given', async () => {
    const { trace } = await testRule(testRuleOf(), { events: [buy('BTC')], answers: [yes] })
    expect(trace.calls).toMatchObject([
      { answer: JSON.stringify(yes), messages: [{ role: 'system' }, { role: 'user' }] },
    ])
  })

  test('breaks off what takes too long', async () => {
    const run = testRule(
      testRuleOf(),
      { events: [buy('BTC', { repeat: TEST_EVENTS_MAX })] },
      { wallMsMax: 1 },
    )
    await expect(run).rejects.toMatchObject({ code: 'test_too_long' })
  })
})
