import { expect, test } from 'vitest'
import { OffsetSet } from '../../../pipeline/dead-letters/offset-set.ts'

test('holds the offsets that were added and no others', () => {
  const set = new OffsetSet(10)
  const offsets = [0, 1, 7, 8, 8191, 8192, 9_000_000_000_000]
  for (const offset of offsets) expect(set.add(offset)).toBe(true)
  for (const offset of offsets) expect(set.has(offset)).toBe(true)
  for (const offset of [2, 3, 4, 5, 6, 9, 8190, 8193, 8_999_999_999_999, 9_000_000_000_001]) {
    expect(set.has(offset)).toBe(false)
  }
})

test('refuses an offset on one page more than it may have', () => {
  const set = new OffsetSet(2)
  expect([set.add(0), set.add(100_000), set.add(200_000), set.add(100_001), set.add(8191)]).toEqual([
    true,
    true,
    false,
    true,
    true,
  ])
  expect(set.has(200_000)).toBe(false)
})
