import { expect, test } from 'vitest'
import {
  ANSWER_BYTES_MAX,
  answerCache,
  type KeptAnswer,
} from '../../../../operators/gateway/answers/answer-cache.ts'

const TTL_MS = 10_000
const answer: KeptAnswer = { model: 'fast', text: 'yes', finish: 'stop', tokens: { input: 100, output: 20 } }

function cacheAt({ bytesMax = 1_000_000, random = 0.5, nowMs = 0 } = {}) {
  const clock = { nowMs, now: () => clock.nowMs }
  return { clock, cache: answerCache({ bytesMax, clock, random: () => random }) }
}

test('has nothing at first', () => {
  const { cache } = cacheAt()
  expect(cache.get('a', TTL_MS)).toBeUndefined()
  expect(cache.statistics).toEqual({ entries: 0, bytes: 0, evicted: 0, expired: 0, oversized: 0 })
})

test('gives the answer to the same question, and no other', () => {
  const { cache } = cacheAt()
  cache.keep('a', answer)
  expect(cache.get('a', TTL_MS)).toEqual(answer)
  expect(cache.get('b', TTL_MS)).toBeUndefined()
  expect(cache.statistics).toMatchObject({ entries: 1, expired: 0 })
})

test('keeps nothing of a reply but its answer', () => {
  const { cache } = cacheAt()
  const reply = { ...answer, headers: 'of the call' }
  cache.keep('a', reply)
  expect(cache.get('a', TTL_MS)).toEqual(answer)
})

// The clock starts at 0, where a start that is read as "none" would never grow old.
test.each([
  ['a tenth sooner', 0, 9000],
  ['in time', 0.5, 10_000],
  ['a twentieth later', 0.75, 10_500],
])('gives no answer older than its time to live: %s', (_when, random, tooOldMs) => {
  const { clock, cache } = cacheAt({ random })
  cache.keep('a', answer)
  clock.nowMs = tooOldMs - 1
  expect(cache.get('a', TTL_MS)).toEqual(answer)
  expect(cache.statistics.expired).toBe(0)
  clock.nowMs = tooOldMs + 1
  expect(cache.get('a', TTL_MS)).toBeUndefined()
  expect(cache.statistics.expired).toBe(1)
})

test('takes the time to live of the reader', () => {
  const { clock, cache } = cacheAt()
  cache.keep('a', answer)
  clock.nowMs = 5000
  expect(cache.get('a', 5000)).toBeUndefined()
  expect(cache.get('a', 5001)).toEqual(answer)
})

test('keeps an answer anew in place of an older one', () => {
  const { clock, cache } = cacheAt()
  cache.keep('a', answer)
  clock.nowMs = TTL_MS
  cache.keep('a', { ...answer, text: 'no' })
  expect(cache.get('a', TTL_MS)).toMatchObject({ text: 'no' })
  expect(cache.statistics).toMatchObject({ entries: 1, evicted: 0 })
})

test('counts the bytes of what it keeps', () => {
  const { cache } = cacheAt()
  cache.keep('a', { ...answer, text: '' })
  const { bytes } = cache.statistics
  cache.keep('b', { ...answer, text: 'x'.repeat(1000) })
  expect(cache.statistics.bytes).toBe(2 * bytes + 2000)
})

test('lets go of what was not read for the longest time when there is no room', () => {
  const text = 'x'.repeat(10_000)
  const { cache } = cacheAt({ bytesMax: 65_000 })
  for (const hash of ['a', 'b', 'c']) cache.keep(hash, { ...answer, text })
  cache.get('a', TTL_MS)
  cache.keep('d', { ...answer, text })
  expect(['a', 'b', 'c', 'd'].map(hash => cache.get(hash, TTL_MS) !== undefined)).toEqual([
    true,
    false,
    true,
    true,
  ])
  expect(cache.statistics).toMatchObject({ entries: 3, evicted: 1 })
  expect(cache.statistics.bytes).toBeLessThanOrEqual(65_000)
})

test.each([
  ['the whole cache', 10_000, 5000],
  ['an answer may be', 1_000_000, ANSWER_BYTES_MAX / 2],
])('does not keep what is larger than %s', (_bound, bytesMax, characters) => {
  const { cache } = cacheAt({ bytesMax })
  cache.keep('a', { ...answer, text: 'x'.repeat(characters) })
  expect(cache.get('a', TTL_MS)).toBeUndefined()
  expect(cache.statistics).toMatchObject({ entries: 0, bytes: 0, oversized: 1 })
  cache.keep('a', { ...answer, text: 'x'.repeat(characters - 500) })
  expect(cache.statistics).toMatchObject({ entries: 1, oversized: 1 })
})
