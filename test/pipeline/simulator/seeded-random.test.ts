import { expect, test } from 'vitest'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'

function take(seed: number, count: number): number[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, () => random())
}

test('repeats itself for the same seed only', () => {
  expect(take(7, 10)).toEqual(take(7, 10))
  expect(take(7, 10)).not.toEqual(take(8, 10))
})

test('spreads evenly from 0 up to 1', () => {
  const cells = new Array<number>(10).fill(0)
  for (const value of take(1, 100_000))
    cells[Math.floor(value * 10)] = (cells[Math.floor(value * 10)] ?? 0) + 1
  expect(cells).toHaveLength(10)
  for (const cell of cells) expect(Math.abs(cell - 10_000)).toBeLessThan(500)
})
