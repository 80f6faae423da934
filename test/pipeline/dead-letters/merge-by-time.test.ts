import { expect, test } from 'vitest'
import { mergeByTime } from '../../../pipeline/dead-letters/merge-by-time.ts'

const ended: number[] = []

async function* sequence(id: number, ...times: readonly number[]): AsyncGenerator<number> {
  try {
    for (const time of times) yield time
  } finally {
    ended.push(id)
  }
}

async function taken(merged: AsyncGenerator<number>, most = Infinity): Promise<number[]> {
  const items: number[] = []
  for await (const item of merged) {
    items.push(item)
    if (items.length === most) break
  }
  return items
}

const itself = (time: number) => time

test('gives the earliest of what each sequence has next, and keeps the order of each', async () => {
  const merged = mergeByTime(
    [sequence(0, 1, 5, 6), sequence(1), sequence(2, 2, 9, 3), sequence(3, 4)],
    itself,
  )
  expect(await taken(merged)).toEqual([1, 2, 4, 5, 6, 9, 3])
  expect(await taken(mergeByTime([], itself))).toEqual([])
})

test('ends every sequence when its taker stops', async () => {
  ended.length = 0
  expect(await taken(mergeByTime([sequence(0, 1, 5), sequence(1, 2, 3)], itself), 2)).toEqual([1, 2])
  expect(ended).toEqual([0, 1])
})

test('ends the others when one fails', async () => {
  ended.length = 0
  const broken = sequence(0, 1)
  broken.next = () => Promise.reject(new Error('broken'))
  const other = sequence(1, 2)
  await other.next()
  await expect(taken(mergeByTime([broken, other], itself))).rejects.toThrow('broken')
  expect(ended).toEqual([1])
})
