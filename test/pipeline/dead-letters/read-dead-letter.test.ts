import { expect, test } from 'vitest'
import { readDeadLetter } from '../../../pipeline/dead-letters/read-dead-letter.ts'
import { replayMark } from '../../../pipeline/dead-letters/replay-mark.ts'
import { deadLetterOf, letterRecord } from '../../support/dead-letters.ts'

test('reads a dead letter by its headers, and keeps those of the original record apart', () => {
  const headers = {
    'llmtrigger-reason': Buffer.from('decision_undecided'),
    'llmtrigger-rule-id': Buffer.from('spree'),
    'llmtrigger-decision-id': 'd-1',
    'llmtrigger-truncated': 'true',
    trace: ['a', 'b'],
    'llmtrigger-else': 'theirs',
  }
  expect(deadLetterOf({ partition: 3, offset: 1042, headers })).toEqual({
    kind: 'letter',
    partition: 3,
    offset: 1042,
    at: '2026-11-20T10:00:00.123Z',
    stage: 'route',
    reason: 'decision_undecided',
    detail: 'not JSON',
    target: 'signals',
    origin: { topic: 'signals', partition: 1, offset: '17' },
    ruleId: 'spree',
    decisionId: 'd-1',
    truncated: true,
    key: Buffer.from('k'),
    value: Buffer.from('x'),
    ownHeaders: { trace: ['a', 'b'], 'llmtrigger-else': 'theirs' },
  })
})

test('takes the time of the record where the header has none', () => {
  expect(deadLetterOf({ headers: { 'llmtrigger-at': 'soon' } }).at).toBe('2026-11-20T10:00:00.000Z')
})

test('reads the mark of a replay, and not as a dead letter', () => {
  const letter = deadLetterOf({ partition: 3, offset: 1042 })
  const mark = replayMark(letter, { topic: 'dead-letter', target: 'signals', at: '2026-11-20T11:00:00.000Z' })
  expect(mark).toMatchObject({ topic: 'dead-letter', partition: 3, key: Buffer.from('k'), value: null })
  const record = { offset: 2000, timestampMs: 0, key: null, value: null, headers: mark.headers ?? {} }
  expect(readDeadLetter(record, 3)).toEqual({ kind: 'mark', offset: 1042 })
  expect(readDeadLetter(record, 2)).toEqual({ kind: 'foreign' })
})

test.each([
  [{ 'llmtrigger-reason': undefined }],
  [{ 'llmtrigger-replayed-offset': '-1', 'llmtrigger-replayed-partition': '0' }],
  [{ 'llmtrigger-replayed-offset': '5' }],
])('takes a record with %j for a foreign one', headers => {
  expect(readDeadLetter(letterRecord({ headers }), 0)).toEqual({ kind: 'foreign' })
})
