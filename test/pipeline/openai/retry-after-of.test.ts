import { expect, test } from 'vitest'
import { retryAfterOf } from '../../../pipeline/openai/retry-after-of.ts'

const nowMs = Date.parse('2026-11-20T10:00:00Z')

test.each([
  [{ 'retry-after': '2' }, 2000],
  [{ 'retry-after': '0.5' }, 500],
  [{ 'retry-after': '0' }, 0],
  [{ 'retry-after': '300' }, 300_000],
  [{ 'retry-after': '36000' }, 36_000_000],
  [{ 'retry-after-ms': '12.4', 'retry-after': '1' }, 13],
  [{ 'retry-after': 'Fri, 20 Nov 2026 10:05:00 GMT' }, 300_000],
  [{ 'retry-after': 'Fri, 20 Nov 2026 09:00:00 GMT' }, 0],
  [{ 'retry-after': 'Fri, 20 Nov 2026 11:00:10 GMT', date: 'Fri, 20 Nov 2026 11:00:00 GMT' }, 10_000],
  [{ 'retry-after': '-1' }, undefined],
  [{ 'retry-after': 'soon' }, undefined],
  [{ 'retry-after-ms': 'x', 'retry-after': '3' }, 3000],
  [{}, undefined],
])('reads %o as %s ms', (headers, expected) => {
  expect(retryAfterOf(new Headers(headers), nowMs)).toBe(expected)
})
