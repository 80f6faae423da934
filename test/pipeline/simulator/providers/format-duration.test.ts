import { expect, test } from 'vitest'
import { formatDuration } from '../../../../pipeline/simulator/providers/format-duration.ts'

test.each([
  [0, '0ms'],
  [11.2, '12ms'],
  [999.5, '1s'],
  [1500, '1.5s'],
  [59_999, '59.999s'],
  [60_000, '1m0s'],
  [360_000, '6m0s'],
  [86_465_250, '24h1m5.25s'],
])('writes %d ms as %s', (durationMs, text) => {
  expect(formatDuration(durationMs)).toBe(text)
})
