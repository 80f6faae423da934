import { expect, test } from 'vitest'
import { distortReadings } from '../../../../pipeline/simulator/providers/distort-readings.ts'

const reading = { name: 'requests', limit: 600, remaining: 100, resetMs: 50_000 } as const

test.each([
  [true, { limit: 600, remaining: 100 }],
  ['minus_one', { limit: -1, remaining: -1 }],
  ['other_unit', { limit: 100, remaining: 16 }],
] as const)('tells of limits in the manner %s', (manner, told) => {
  expect(distortReadings([reading], manner)).toEqual([{ ...reading, ...told }])
})
