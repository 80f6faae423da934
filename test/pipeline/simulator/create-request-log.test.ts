import { expect, test } from 'vitest'
import {
  createRequestLog,
  PROMPT_CHARACTERS_KEPT_MAX,
  REQUESTS_KEPT_MAX,
} from '../../../pipeline/simulator/create-request-log.ts'

test('keeps the newest requests only', () => {
  const log = createRequestLog()
  for (let number = 0; number < REQUESTS_KEPT_MAX + 5; number += 1) log.add('m', 'x')
  const kept = log.last(Infinity)
  expect(kept).toHaveLength(REQUESTS_KEPT_MAX)
  expect(kept.at(0)?.number).toBe(6)
  expect(log.last(2).map(({ number }) => number)).toEqual([REQUESTS_KEPT_MAX + 4, REQUESTS_KEPT_MAX + 5])
})

test('keeps so many characters of prompts only', () => {
  const log = createRequestLog()
  const half = 'x'.repeat(PROMPT_CHARACTERS_KEPT_MAX / 2)
  for (let number = 0; number < 3; number += 1) log.add('m', half)
  expect(log.last(Infinity).map(({ number }) => number)).toEqual([2, 3])
})
