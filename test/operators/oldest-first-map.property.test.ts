import fc from 'fast-check'
import { expect, test } from 'vitest'
import { OldestFirstMap } from '../../operators/oldest-first-map.ts'

const steps = fc.array(
  fc.record({
    act: fc.constantFrom('set', 'set', 'delete', 'forget'),
    key: fc.integer({ min: 0, max: 30 }).map(String),
  }),
  { maxLength: 400 },
)

test('holds the same entries as a map in order of setting that drops its first', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 0, max: 20 }), (acts, entriesMax) => {
      const model = new Map<string, number>()
      const map = new OldestFirstMap<number>(entriesMax)
      for (const [n, { act, key }] of acts.entries()) {
        if (act === 'forget') {
          const isOld = (value: number) => value < n - Number(key)
          map.forget(isOld)
          for (const [known] of [...model].filter(([, value]) => isOld(value))) model.delete(known)
          expect(map.size).toBe(model.size)
          continue
        }
        model.delete(key)
        if (act === 'delete') map.delete(key)
        else {
          map.set(key, n)
          model.set(key, n)
          if (model.size > entriesMax) model.delete(String(model.keys().next().value))
        }
        expect(map.size).toBe(model.size)
        for (const [known, value] of model) expect(map.get(known)).toBe(value)
      }
    }),
  )
})

test('forgets in constant time, also after many entries were deleted', () => {
  const map = new OldestFirstMap<number>(100_000)
  // With a search from the front this takes minutes; the tier's timeout is the check.
  for (let n = 0; n < 1_000_000; n++) map.set(`key-${n}`, n)
  expect(map.size).toBe(100_000)
  expect(map.has('key-899999')).toBe(false)
  expect(map.get('key-900000')).toBe(900_000)
})

test('is the same after the row of what was deleted was made anew', () => {
  const map = new OldestFirstMap<number>(3)
  // More than a thousand deleted entries lie between those that live.
  for (let n = 0; n < 10_000; n++) map.set(`key-${n % 3}`, n)
  expect([0, 1, 2].map(n => map.get(`key-${n}`))).toEqual([9999, 9997, 9998])
  map.set('young', 10_000)
  expect([map.size, map.has('key-1'), map.has('key-2')]).toEqual([3, false, true])
  map.forget(value => value < 10_000)
  expect([map.size, map.get('young')]).toEqual([1, 10_000])
})
