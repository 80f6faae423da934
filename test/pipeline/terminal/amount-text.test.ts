import { expect, test } from 'vitest'
import { amountText } from '../../../pipeline/terminal/amount-text.ts'

test.each([
  [1234567, 'count', '1,234,567'],
  [0, 'bytes', '0 B'],
  [999, 'bytes', '999 B'],
  [1000, 'bytes', '1.0 kB'],
  [99_940, 'bytes', '99.9 kB'],
  [999_400, 'bytes', '999 kB'],
  [999_600, 'bytes', '1.0 MB'],
  [3.2e15, 'bytes', '3200 TB'],
  [0.4, 'seconds', '0 s'],
  [59.6, 'seconds', '1 min 0 s'],
  [3725, 'seconds', '1 h 2 min'],
  [-5, 'seconds', '0 s'],
] as const)('shows %d as %s: %s', (amount, unit, text) => {
  expect(amountText(amount, unit)).toBe(text)
})
