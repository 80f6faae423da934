import { describe, expect, test } from 'vitest'
import { partitionOf } from '../../../operators/lanes/partition-of.ts'
import { planReplay } from '../../../pipeline/dead-letters/plan-replay.ts'
import { topicsOf } from '../../../pipeline/topics-of.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'

const topics = topicsOf('p.')
const partitionCounts = new Map([
  ['signals', 2],
  ['p.work', 8],
  ['p.alerts', 8],
])
const options = { topics, partitions: 4, partitionCounts }

function work(ruleType: string, key: string): Buffer {
  const event = {
    event_id: 'e-1',
    event_type: 'x',
    source: 's',
    timestamp: '2026-11-20T10:00:00.000Z',
    context_key: 'k',
    data: {},
  }
  const source = { topic: 'signals', partition: 0, offset: '1', timestamp: 1 }
  const head = { work_id: 'w', rule_id: 'r', rule_type: ruleType, rule_version: 1, rules_offset: '0', key }
  return Buffer.from(JSON.stringify({ ...head, event, source }))
}

describe('an event', () => {
  test('goes back to the partition that it came from, with its own headers alone', () => {
    const letter = deadLetterOf({ headers: { trace: 't', 'llmtrigger-decision-id': 'd' } })
    expect(planReplay(letter, options)).toEqual({
      record: {
        topic: 'signals',
        partition: 1,
        key: Buffer.from('k'),
        value: Buffer.from('x'),
        headers: { trace: 't' },
      },
    })
  })

  test('goes to one that exists where its topic has fewer by now', () => {
    const letter = deadLetterOf({ headers: { 'llmtrigger-partition': '5' } })
    expect(planReplay(letter, options)).toMatchObject({ record: { partition: 1 } })
  })
})

describe('a work record', () => {
  const headers = {
    trace: 't',
    'llmtrigger-target': 'p.work',
    'llmtrigger-topic': 'p.work',
    'llmtrigger-partition': '6',
    'llmtrigger-decision-id': 'd-1',
  }

  test.each([
    ['llm', false],
    ['traditional', true],
  ])('of a rule of type %s goes where ROUTE puts its key now, whatever N was', (ruleType, traditional) => {
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const letter = deadLetterOf({ value: work(ruleType, key), headers })
      expect(planReplay(letter, options)).toMatchObject({
        record: { topic: 'p.work', partition: partitionOf(`r|${key}`, { partitions: 4, traditional }) },
      })
    }
  })

  test('names the decision that it replays', () => {
    const letter = deadLetterOf({ value: work('llm', 'a'), headers })
    expect(planReplay(letter, options)).toMatchObject({
      record: { headers: { trace: 't', 'llmtrigger-decision-id': 'd-1' } },
    })
  })

  test.each([Buffer.from('{'), Buffer.from('{}'), null])(
    'that is none (%s) goes back to where it was',
    value => {
      expect(planReplay(deadLetterOf({ value, headers }), options)).toMatchObject({
        record: { partition: 6 },
      })
    },
  )

  test('is refused where its partition does not exist', () => {
    const letter = deadLetterOf({ value: null, headers: { ...headers, 'llmtrigger-partition': '8' } })
    expect(planReplay(letter, options)).toEqual({
      refusal: 'it belongs to partition 8 of p.work, which has 8: run doctor',
    })
  })
})

test.each([
  [{ 'llmtrigger-truncated': 'true' }, 'was cut'],
  [{ 'llmtrigger-target': undefined }, 'does not name its target'],
  [{ 'llmtrigger-target': 'gone' }, 'topic gone, where it belongs, does not exist'],
  [{ 'llmtrigger-target': 'p.alerts' }, 'p.alerts is written by the pipeline alone'],
  [{ 'llmtrigger-target': 'p.dead-letter' }, 'p.dead-letter is written by the pipeline alone'],
])('refuses %j', (headers, refusal) => {
  expect(planReplay(deadLetterOf({ headers }), options)).toEqual({
    refusal: expect.stringContaining(refusal),
  })
})
