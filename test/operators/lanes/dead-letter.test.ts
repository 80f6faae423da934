import { expect, test } from 'vitest'
import { DEAD_LETTER_VALUE_BYTES_MAX, deadLetter } from '../../../operators/lanes/dead-letter.ts'

const options = {
  topic: 'dead-letter',
  partition: 1,
  stage: 'route',
  reason: 'event_invalid',
  detail: 'not JSON',
  target: 'signals',
  source: { topic: 'signals', partition: 3, offset: '17' },
  atMs: Date.parse('2026-11-20T10:00:00.000Z'),
} as const

function record(value: Buffer | null, headers = {}) {
  return { offset: 17, timestampMs: 5, key: Buffer.from('key'), value, headers }
}

test('keeps key and value as they are, and says why it is here and where it came from', () => {
  const original = record(Buffer.from([0, 255, 128]))
  const letter = deadLetter(original, options)
  expect(letter).toEqual({
    topic: 'dead-letter',
    partition: 1,
    key: original.key,
    value: original.value,
    headers: {
      'llmtrigger-stage': 'route',
      'llmtrigger-reason': 'event_invalid',
      'llmtrigger-detail': 'not JSON',
      'llmtrigger-target': 'signals',
      'llmtrigger-topic': 'signals',
      'llmtrigger-partition': '3',
      'llmtrigger-offset': '17',
      'llmtrigger-at': '2026-11-20T10:00:00.000Z',
      'llmtrigger-truncated': 'false',
    },
  })
  expect(letter.oversize).toBeUndefined()
})

test('names the rule and the decision where they apply', () => {
  const { headers } = deadLetter(record(null), { ...options, ruleId: 'r', decisionId: 'd' })
  expect(headers).toMatchObject({ 'llmtrigger-rule-id': 'r', 'llmtrigger-decision-id': 'd' })
})

test('keeps the headers of the record, and writes its own over those of an earlier dead letter', () => {
  const trace = Buffer.from([1, 2])
  const headers = { trace, several: ['a', Buffer.from('b')], 'llmtrigger-reason': 'decision_undecided' }
  const letter = deadLetter(record(null, headers), options)
  expect(letter.headers).toMatchObject({
    trace,
    several: headers.several,
    'llmtrigger-reason': 'event_invalid',
  })
})

test('keeps a record without key and value', () => {
  expect(deadLetter({ ...record(null), key: null }, options)).toMatchObject({ key: null, value: null })
})

test('keeps a value up to the maximum whole, and cuts and marks a longer one', () => {
  const whole = Buffer.alloc(DEAD_LETTER_VALUE_BYTES_MAX, 'x')
  expect(deadLetter(record(whole), options)).toMatchObject({
    value: whole,
    headers: { 'llmtrigger-truncated': 'false' },
  })
  const { value, headers } = deadLetter(record(Buffer.concat([whole, Buffer.from('y')])), options)
  expect(whole.equals(Buffer.from(value ?? ''))).toBe(true)
  expect(headers?.['llmtrigger-truncated']).toBe('true')
})
