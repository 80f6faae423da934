import { expect, test } from 'vitest'
import { spanOf } from '../../../pipeline/openai/span-of.ts'

test.each([
  ['12ms', 12],
  ['1s', 1000],
  ['6m0s', 360_000],
  ['2m59.56s', 179_560],
  ['1h30m', 5_400_000],
  ['24h0m0s', 86_400_000],
  ['21.424365033s', 21_425],
  ['0s', 0],
  ['2', 2000],
  ['33011.382867', 33_011_383],
  ['', undefined],
  ['s', undefined],
  ['-1', undefined],
  ['-1s', undefined],
  ['1s 2ms', undefined],
  ['0m1', undefined],
  ['soon', undefined],
])('reads %s as %s ms', (text, expected) => {
  expect(spanOf(text)).toBe(expected)
})
