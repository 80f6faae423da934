import { expect, test } from 'vitest'
import { retryAfterOf } from '../../../../pipeline/openai/retry-after-of.ts'
import { retryAfterHeaders } from '../../../../pipeline/simulator/providers/retry-after-headers.ts'

const epochMs = Date.parse('2026-11-20T10:00:00.900Z')

test.each([
  ['seconds', { 'retry-after': '3' }],
  ['milliseconds', { 'retry-after-ms': '2001' }],
  ['date', { 'retry-after': 'Fri, 20 Nov 2026 10:00:03 GMT' }],
] as const)('says the wait as %s, and is never understood as less', (form, headers) => {
  expect(retryAfterHeaders(2000.4, form, epochMs)).toEqual(headers)
  expect(retryAfterOf(new Headers(headers), epochMs)).toBeGreaterThanOrEqual(2000.4)
})
