import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FirstInFirstOut } from '../../operators/first-in-first-out.ts'

test('gives what an array gives that is pushed to and shifted from', () => {
  // Runs long enough that the row is made anew.
  const runs = fc.array(fc.record({ pushed: fc.nat(3000), shifted: fc.nat(3000) }), { maxLength: 8 })
  fc.assert(
    fc.property(runs, steps => {
      const model: number[] = []
      const row = new FirstInFirstOut<number>()
      let next = 0
      for (const { pushed, shifted } of steps) {
        for (let n = 0; n < pushed; n++) {
          row.push(next)
          model.push(next++)
        }
        const given = Array.from({ length: shifted }, () => row.shift())
        expect(given).toEqual(Array.from({ length: shifted }, () => model.shift()))
        expect(row.size).toBe(model.length)
      }
    }),
    { numRuns: 30 },
  )
})
