import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FrequentKeys } from '../../../../pipeline/backtest/tally/frequent-keys.ts'

function exactCounts(keys: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>()
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1)
  return counts
}

const keysOf = (names: number) =>
  fc.array(
    fc.integer({ min: 0, max: names }).map(n => `key-${Math.floor(n ** 2 / names)}`),
    { maxLength: 400 },
  )

test('counts exactly as long as every key is watched, and ranks by the count', () => {
  fc.assert(
    fc.property(keysOf(20), keys => {
      const frequent = new FrequentKeys(40)
      for (const key of keys) frequent.add(key)
      const top = frequent.top(100)
      expect(new Map(top.map(({ key, events }) => [key, events]))).toEqual(exactCounts(keys))
      expect(top.map(({ events }) => events)).toEqual(
        [...exactCounts(keys).values()].sort((one, other) => other - one),
      )
    }),
  )
})

test('past its bound never counts too few, too many by at most its share, and watches every key above that', () => {
  fc.assert(
    fc.property(keysOf(60), fc.integer({ min: 1, max: 12 }), (keys, watchedMax) => {
      const frequent = new FrequentKeys(watchedMax)
      for (const key of keys) frequent.add(key)
      const exact = exactCounts(keys)
      const top = frequent.top(100)
      const share = keys.length / watchedMax
      expect(top.length).toBe(Math.min(watchedMax, exact.size))
      for (const { key, events } of top) {
        expect(events).toBeGreaterThanOrEqual(exact.get(key) ?? NaN)
        expect(events).toBeLessThanOrEqual((exact.get(key) ?? NaN) + share)
      }
      for (const [key, count] of exact) if (count > share) expect(frequent.find(key)?.key).toBe(key)
    }),
  )
})
