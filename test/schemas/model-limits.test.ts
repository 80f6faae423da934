import { expect, test } from 'vitest'
import { modelLimitsSchema } from '../../schemas/model-limits.ts'

const limit = { configured: 600, learned: 238, since: '2026-11-20T09:00:00.000Z', why: 'window' }
const at = '2026-11-20T10:00:00.000Z'

test.each<[string, unknown]>([
  ['nothing learned', { at, limits: {} }],
  ['one limit', { at, limits: { requests_per_minute: limit } }],
  ['one that is not configured', { at, limits: { concurrency: { ...limit, configured: null } } }],
])('takes %s', (_, value) => {
  expect(modelLimitsSchema.parse(value)).toEqual(value)
})

test('passes over fields that it does not know', () => {
  expect(modelLimitsSchema.parse({ at, limits: {}, format: 2 })).toEqual({ at, limits: {} })
})

test.each<[string, unknown]>([
  ['a limit of nothing', { at, limits: { requests_per_minute: { ...limit, learned: 0 } } }],
  ['a reason that does not exist', { at, limits: { requests_per_minute: { ...limit, why: 'guessed' } } }],
  ['a limit that does not exist', { at, limits: { requests_per_hour: limit } }],
  ['a time that is none', { at: 'yesterday', limits: {} }],
])('refuses %s', (_, value) => {
  expect(modelLimitsSchema.safeParse(value).success).toBe(false)
})
