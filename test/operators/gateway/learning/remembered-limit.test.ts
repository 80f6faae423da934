import { expect, test } from 'vitest'
import { rememberedLimit } from '../../../../operators/gateway/learning/remembered-limit.ts'
import type { ModelLimits } from '../../../../schemas/model-limits.ts'

const AT = '2026-11-20T10:00:00.000Z'
const HOUR_MS = 3_600_000
const sinceMs = Date.parse('2026-11-20T09:00:00.000Z')

function kept(configured: number | null): ModelLimits {
  const since = new Date(sinceMs).toISOString()
  return { at: AT, limits: { requests_per_minute: { configured, learned: 240, since, why: 'window' } } }
}

test.each([
  [-1, 240],
  [0, 240],
  [24, 240],
  [36, 420],
  [47, 585],
  [48, null],
])('after %i hours holds to what was learned, or nearer to what is configured', (hours, limit) => {
  const remembered = rememberedLimit(kept(600), 'requests_per_minute', Date.parse(AT) + hours * HOUR_MS)
  expect(remembered).toEqual(limit === null ? null : { limit, sinceMs, why: 'window' })
})

test('holds to what was learned for two days where nothing is configured', () => {
  const limitAfter = (hours: number) =>
    rememberedLimit(kept(null), 'requests_per_minute', Date.parse(AT) + hours * HOUR_MS)?.limit
  expect([limitAfter(47), limitAfter(48)]).toEqual([240, undefined])
})

test('knows nothing of a limit that was not learned', () => {
  expect(rememberedLimit(kept(600), 'concurrency', Date.parse(AT))).toBeNull()
})
