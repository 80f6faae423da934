import { expect, test } from 'vitest'
import { commitTime } from '../../../../../pipeline/kafka/lanes/position/commit-time.ts'

test('carries whole milliseconds', () => {
  expect(commitTime.decode(commitTime.encode(1_700_000_012_345.67))).toBe(1_700_000_012_345)
})

test.each(['', '1;20;abcd1234', 'at=', 'at=x', 'at=12 '])('knows no time from "%s"', metadata => {
  expect(commitTime.decode(metadata)).toBeNull()
})

test('reads what a broker has padded', () => {
  expect(commitTime.decode('at=5\0\0')).toBe(5)
})
