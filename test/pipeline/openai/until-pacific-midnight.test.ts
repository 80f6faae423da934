import { expect, test } from 'vitest'
import { untilPacificMidnight } from '../../../pipeline/openai/until-pacific-midnight.ts'

const HOUR_MS = 3_600_000

test.each([
  ['in winter', '2026-11-20T10:00:00Z', 22 * HOUR_MS],
  ['in summer', '2026-07-01T10:00:00Z', 21 * HOUR_MS],
  ['a moment before', '2026-11-20T07:59:59.999Z', 1],
  ['at midnight', '2026-11-20T08:00:00Z', 24 * HOUR_MS],
  ['on the day that is an hour short', '2026-03-08T09:00:00Z', 22 * HOUR_MS],
  ['on the day that is an hour long', '2026-11-01T08:00:00Z', 24 * HOUR_MS],
  ['after the hour that comes twice', '2026-11-01T09:30:00Z', 22.5 * HOUR_MS],
])('waits for midnight in California, %s', (_when, now, expected) => {
  expect(untilPacificMidnight(Date.parse(now))).toBe(expected)
})
