import { describe, expect, test } from 'vitest'
import { explainRoute } from '../../../pipeline/rules-api/explain-route.ts'
import { testRuleOf } from '../../support/test-rule-of.ts'

const rule = testRuleOf({ type: 'traditional' })
const clock = { now: () => Date.parse('2026-11-20T10:00:00.000Z') }

async function post(id: string, body: unknown) {
  const route = explainRoute({ ruleOf: ruleId => (ruleId === rule.rule_id ? rule : undefined), clock })
  const answer = await route.methods.POST?.answer({ params: { id }, query: {}, headers: {}, body })
  if (answer === undefined) throw new Error('nothing answers POST')
  return {
    status: answer.status,
    body: typeof answer.body === 'string' ? JSON.parse(answer.body) : answer.body,
  }
}

describe('POST /rules/{id}/explain', () => {
  test('explains what the rule makes of an event', async () => {
    const data = { symbol: 'BTC', side: 'buy', volume: 10 }
    expect(await post('spree', { event_type: 'trade.signal', data })).toMatchObject({
      status: 200,
      body: {
        rule_id: 'spree',
        matches: false,
        result: 'no_match',
        expression: {
          text: 'side == "buy" && volume > 50000',
          value: false,
          parts: [
            { text: 'side == "buy"', value: true },
            {
              text: 'volume > 50000',
              line: 1,
              column: 18,
              value: false,
              parts: [{ text: 'volume', value: 10 }],
            },
          ],
        },
        key: { value: 'BTC' },
      },
    })
  })

  test('gives an event without a time the present one', async () => {
    const timed = testRuleOf({
      over: {
        rule_config: {
          rule_type: 'traditional',
          pre_filter: { expression: 'timestamp.startsWith("2026-11-20T10:00")' },
        },
      },
    })
    const route = explainRoute({ ruleOf: () => timed, clock })
    const body = { event_type: 'trade.signal', data: { symbol: 'BTC' } }
    expect(
      await route.methods.POST?.answer({ params: { id: 'x' }, query: {}, headers: {}, body }),
    ).toMatchObject({
      body: { matches: true },
    })
  })

  test.each([
    ['other', {}, 404, 'not_found'],
    ['spree', undefined, 400, 'malformed'],
    ['spree', [], 400, 'malformed'],
    ['spree', { data: {} }, 422, 'invalid'],
    ['spree', { event_type: 'x', timestamp: 'yesterday' }, 422, 'invalid'],
  ])('answers to the rule %s and the event %j: %i', async (id, event, status, code) => {
    expect(await post(id, event)).toMatchObject({ status, body: { code } })
  })

  test('answers 422 to an event that could be read and not be written', async () => {
    const depth = 20_000
    const event: unknown = JSON.parse(
      `{"event_type": "x", "data": ${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}}`,
    )
    expect(await post('spree', event)).toMatchObject({ status: 422 })
  })
})
