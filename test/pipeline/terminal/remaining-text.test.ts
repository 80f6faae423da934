import { expect, test } from 'vitest'
import { remainingText } from '../../../pipeline/terminal/remaining-text.ts'

test.each([
  [{ part: 0, ms: 60_000 }, '0 %'],
  [{ part: 0.004, ms: 60_000 }, '0 %'],
  [{ part: 0.5, ms: 900 }, '50 %'],
  [{ part: 0.25, ms: 30_000 }, '25 %  1 min 30 s left'],
  [{ part: 1.2, ms: 30_000 }, '100 %  0 s left'],
  [{ part: 0.75, before: 0.5, ms: 10_000 }, '75 %  10 s left'],
  [{ part: 0.5, before: 0.5, ms: 10_000 }, '50 %'],
])('of %j says %s', (passed, text) => {
  expect(remainingText(passed)).toBe(text)
})
