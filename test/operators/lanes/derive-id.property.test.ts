import fc from 'fast-check'
import { expect, test } from 'vitest'
import { deriveId } from '../../../operators/lanes/derive-id.ts'

test('tells lists of parts apart that read alike when they are joined', () => {
  const alike = [['ab', 'c'], ['a', 'bc'], ['abc'], ['', 'abc'], ['abc', ''], ['1:ab', 'c'], ['ab', '1:c']]
  expect(new Set(alike.map(deriveId)).size).toBe(alike.length)
  expect(deriveId(['1', '2:ab'])).not.toBe(deriveId(['1', '2', 'ab']))
})

test('gives 32 hex digits, the same for the same parts', () => {
  const parts = fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 6 })
  fc.assert(
    fc.property(parts, list => {
      expect(deriveId(list)).toMatch(/^[0-9a-f]{32}$/)
      expect(deriveId([...list])).toBe(deriveId(list))
    }),
    { numRuns: 200 },
  )
})

test('gives different ids for different lists of parts from a small alphabet', () => {
  const part = fc.string({ unit: fc.constantFrom('1', '2', ':', 'a'), maxLength: 5 })
  const list = fc.array(part, { maxLength: 4 })
  fc.assert(
    fc.property(list, list, (one, other) => {
      const same = JSON.stringify(one) === JSON.stringify(other)
      expect(deriveId(one) === deriveId(other)).toBe(same)
    }),
    { numRuns: 2000 },
  )
})
