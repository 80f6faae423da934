import { expect, test } from 'vitest'
import type { QuotaProfileName } from '../../../pipeline/simulator/quota-profiles.ts'
import { goodput } from './goodput.ts'
import { knownQuota } from './known-quota.ts'

const from = {
  atMs: 10_000,
  stats: { charged: { requests: 90, tokens: 20_000, input_tokens: 0, output_tokens: 0 }, in_flight_ms: 1000 },
}
const to = {
  atMs: 40_000,
  stats: {
    charged: { requests: 360, tokens: 101_000, input_tokens: 0, output_tokens: 0 },
    in_flight_ms: 961_000,
  },
}

test.each<[QuotaProfileName, number]>([
  // 270 of 10 a second.
  ['P2', 0.9],
  ['P6', 0.9],
  // 81,000 of 3,000 a second.
  ['P7', 0.9],
  // 32 of 64 places.
  ['P9', 0.5],
])('is the used share of the quota of %s, however long its minute lasts', (profile, share) => {
  expect(goodput(knownQuota(profile, 10_000), from, to)).toBeCloseTo(share)
  expect(goodput(knownQuota(profile, 60_000), from, to)).toBeCloseTo(share)
})
