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
