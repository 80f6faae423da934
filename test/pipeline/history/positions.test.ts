import { expect, test } from 'vitest'
import { decodePositions } from '../../../pipeline/history/decode-positions.ts'
import { encodePositions } from '../../../pipeline/history/encode-positions.ts'

test.each([[[0]], [[0, 17, 123_456_789_012]], [[Number.MAX_SAFE_INTEGER]]])('reads %j back', positions => {
  expect(decodePositions(encodePositions(positions))).toEqual(positions)
})

test.each([
  '',
  '.',
  '1.',
  '-1',
  '1 2',
  '01',
  'A',
  '1e5.é',
  'zzzzzzzzzzz',
  `${'1.'.repeat(5000)}1`,
  '__proto__',
])('refuses %j', text => {
  expect(decodePositions(text)).toBeNull()
})
