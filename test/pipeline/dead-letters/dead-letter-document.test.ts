import { expect, test } from 'vitest'
import { deadLetterDocument } from '../../../pipeline/dead-letters/dead-letter-document.ts'
import { deadLetterOf } from '../../support/dead-letters.ts'

test('writes a dead letter with its record', () => {
  const letter = deadLetterOf({ partition: 3, offset: 1042, headers: { trace: ['a', 'b'] } })
  expect(deadLetterDocument({ letter, replayed: true })).toEqual({
    partition: 3,
    offset: '1042',
    at: '2026-11-20T10:00:00.123Z',
    stage: 'route',
    reason: 'event_invalid',
    detail: 'not JSON',
    target: 'signals',
    topic: 'signals',
    origin_partition: 1,
    origin_offset: '17',
    rule_id: null,
    decision_id: null,
    truncated: false,
    replayed: true,
    key: 'k',
    value: 'x',
    headers: { trace: 'b' },
  })
})

test('writes the record as base64 when a part of it is not UTF-8', () => {
  const letter = deadLetterOf({ value: Buffer.from([0xff]), headers: { trace: 'a' } })
  expect(deadLetterDocument({ letter, replayed: false })).toMatchObject({
    encoding: 'base64',
    key: 'aw==',
    value: '/w==',
    headers: { trace: 'YQ==' },
  })
})
