import { expect, test } from 'vitest'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'

test('numbers its records from 0, and keeps their bytes, time and headers', () => {
  const partition = memoryPartition()
  partition.append({ key: 'k', value: 'ü', headers: { a: 'b' } }, 5)
  partition.append({ key: null, value: null }, 4)
  expect(partition.records).toEqual([
    { offset: 0, timestampMs: 5, key: Buffer.from('k'), value: Buffer.from('ü'), headers: { a: 'b' } },
    { offset: 1, timestampMs: 4, key: null, value: null, headers: {} },
  ])
})

test('tells its listeners after each append, until they leave', () => {
  const partition = memoryPartition()
  const seen: string[] = []
  const leave = partition.onAppend(() => seen.push(`a${partition.records.length}`))
  partition.onAppend(() => seen.push(`b${partition.records.length}`))
  partition.append({ key: null, value: 'x' }, 0)
  leave()
  partition.append({ key: null, value: 'y' }, 0)
  expect(seen).toEqual(['a1', 'b1', 'b2'])
})

test('keeps the offsets that records have, as far as they rise', () => {
  const partition = memoryPartition()
  for (const offset of [7, 9, 9, 3, undefined]) {
    partition.append({ key: null, value: null, ...(offset !== undefined && { offset }) }, 0)
  }
  expect(partition.records.map(({ offset }) => offset)).toEqual([7, 9, 10, 11, 12])
  expect(partition.from(9).map(({ offset }) => offset)).toEqual([9, 10, 11, 12])
  expect([partition.from(8).length, partition.from(13), partition.end]).toEqual([4, [], 13])
})

test('forgets what lies before an offset, and counts the bytes of the rest', () => {
  const partition = memoryPartition()
  for (let offset = 0; offset < 3000; offset++) partition.append({ key: 'k', value: 'four' }, 0)
  expect(partition.bytes).toBe(15_000)
  for (const offset of [1, 1000, 1000, 2000, 500]) partition.dropBefore(offset)
  expect([partition.records.length, partition.records[0]?.offset, partition.bytes]).toEqual([
    1000, 2000, 5000,
  ])
  expect(partition.from(0)).toHaveLength(1000)
  expect(partition.from(2999)).toHaveLength(1)
  partition.dropBefore(3000)
  expect([partition.records, partition.bytes, partition.end]).toEqual([[], 0, 3000])
  partition.append({ key: null, value: 'x' }, 0)
  expect(partition.records.map(({ offset }) => offset)).toEqual([3000])
})
