import { expect, test } from 'vitest'
import { readAzureWords } from '../../../pipeline/openai/read-azure-words.ts'

test.each([
  ['Please retry after 1 second.', 1000],
  ['Please retry after 86400 seconds.', 86_400_000],
  ['Rate limit is exceeded. Try again in 13 seconds.', 13_000],
  ['Quota will be replenished in 00:12:30.', 750_000],
  ['Quota will be replenished in 23.10:00:00.', 23 * 86_400_000 + 36_000_000],
  ['Please retry after a while.', undefined],
  ['Please retry after 5 minutes.', undefined],
  ['Please try again in 7m12s.', undefined],
  ['Please retry after -5 seconds.', undefined],
  ['', undefined],
])('reads the wait of %s', (message, waitMs) => {
  expect(readAzureWords(message).waitMs).toBe(waitMs)
})

test('tells calls, tokens and high demand apart, and nothing from other words', () => {
  expect(readAzureWords('have exceeded call rate limit of your tier')).toMatchObject({
    limitHit: 'requests_per_minute',
    isHighDemand: false,
  })
  expect(readAzureWords('have exceeded the token rate limit for your tier').limitHit).toBe(
    'tokens_per_minute',
  )
  expect(readAzureWords('The system is currently experiencing high demand.').isHighDemand).toBe(true)
  expect(readAzureWords('Rate limit reached')).toEqual({
    waitMs: undefined,
    limitHit: undefined,
    isHighDemand: false,
  })
})

test('reads only the beginning of a message', () => {
  const filler = ' '.repeat(1000)
  expect(readAzureWords(`${filler}retry after 5 seconds`).waitMs).toBeUndefined()
  expect(readAzureWords(`retry after 5 seconds${filler}`).waitMs).toBe(5000)
})
