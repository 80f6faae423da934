import { describe, expect, test } from 'vitest'
import { servedTests } from '../../../pipeline/rules-api/served-tests.ts'
import { testRoute } from '../../../pipeline/rules-api/test-route.ts'

const rule = {
  name: 'Spree',
  event_types: ['trade.signal'],
  group_by: ['data.symbol'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'volume > 50000' },
    llm_config: { description: 'many', trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 },
  },
}
const events = [{ event_type: 'trade.signal', data: { symbol: 'BTC', volume: 60_000 }, repeat: 5 }]
const answers = [{ should_trigger: true, confidence: 0.9, reason: 'spree' }]

async function post(body: unknown) {
  const answer = await testRoute(servedTests()).methods.POST?.answer({
    params: {},
    query: {},
    headers: {},
    body,
  })
  if (answer === undefined) throw new Error('nothing answers POST')
  return {
    status: answer.status,
    body: typeof answer.body === 'string' ? JSON.parse(answer.body) : answer.body,
  }
}

function withExpression(expression: string) {
  return { ...rule, rule_config: { ...rule.rule_config, pre_filter: { expression } } }
}

describe('POST /rules/test', () => {
  test('answers alerts, calls and decisions, and nothing else', async () => {
    const { status, body } = await post({ rule, events, answers })
    expect(status).toBe(200)
    expect(Object.keys(body)).toEqual(['alerts', 'model_calls', 'decisions'])
    expect(body).toMatchObject({
      alerts: [{ key: 'BTC', rule_name: 'Spree', event_count: 5, reason: 'spree' }],
      model_calls: 1,
      decisions: [{ outcome: 'triggered', closed_by: 'size', event_count: 5 }],
    })
  })

  test('says in the decision that there was no answer', async () => {
    const { body } = await post({ rule, events })
    expect(body).toMatchObject({
      alerts: [],
      model_calls: 1,
      decisions: [
        { outcome: 'undecided', error: { message: 'the test has no answer for call 1: add one to answers' } },
      ],
    })
  })

  test.each([undefined, null, [], 'rule', 5])('answers 400 to a body that is %j', async body => {
    expect(await post(body)).toMatchObject({ status: 400, body: { code: 'malformed' } })
  })

  test('tells all problems of the rule, the events and the answers at once', async () => {
    const { status, body } = await post({
      rule: { ...withExpression('volume >\n > 5'), name: '' },
      events: [{ event_type: 'trade.signal', at: 'soon' }],
      answers: [{ raw: 'x', confidence: 1 }],
      dry_run: true,
    })
    expect([status, body.code]).toEqual([422, 'invalid'])
    expect(body.problems).toEqual(
      expect.arrayContaining([
        { path: 'dry_run', message: 'is unknown; known here: rule, events, answers' },
        { path: 'rule.name', message: 'must not be empty' },
        {
          path: 'rule.rule_config.pre_filter.expression',
          message: '> is not expected here',
          line: 2,
          column: 2,
        },
        { path: 'events.0.at', message: expect.stringContaining('+30s') },
        { path: 'answers.0.confidence', message: 'only with should_trigger' },
      ]),
    )
    expect(body.problems).toHaveLength(5)
  })

  test.each([
    [{ events }, 'rule', 'is required'],
    [{ rule: [], events }, 'rule', 'must be a mapping (key: value), not a list'],
    [{ rule }, 'events', 'is required'],
    [{ rule, events: [] }, 'events', 'must not be empty'],
    [{ rule: {}, events }, 'rule.name', 'is required'],
    [
      { rule, events: [{ event_type: 'x', timestamp: 'yesterday' }] },
      'events.0',
      expect.stringContaining('timestamp is no time'),
    ],
  ])('answers 422 to %j', async (sent, path, message) => {
    const { status, body } = await post(sent)
    expect(status).toBe(422)
    expect(body.problems).toContainEqual({ path, message })
  })

  test('runs a rule that names a model, and leaves out its own tests', async () => {
    const { llm_config, ...config } = rule.rule_config
    const named = { ...rule, rule_config: { ...config, llm_config: { ...llm_config, model: 'fast' } } }
    const tests = [{ name: 't', events, answers, expect: { alerts: 99 } }]
    expect((await post({ rule: { ...named, tests }, events, answers })).status).toBe(200)
  })
})
