import { expect, test } from 'vitest'
import type { LogRecord } from '../../../operators/lanes/lane.ts'
import { ArrivalMerge } from '../../../pipeline/tail/arrival-merge.ts'

const record = (timestampMs: number, bytes = 10): LogRecord => ({
  offset: timestampMs,
  timestampMs,
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
})
const records = (...times: number[]) => times.map(time => record(time))

function mergeOf(partitions: number, { recordsMax = 100, bytesMax = 1000 } = {}) {
  const merge = new ArrivalMerge({ recordsMax, bytesMax })
  merge.open(partitions)
  const all = (): number[] => {
    const times: number[] = []
    for (let next = merge.next(); next !== undefined; next = merge.next()) times.push(next.timestampMs)
    return times
  }
  return { merge, all }
}

test('answers what has come in the order of its times, as far as no partition may bring what is older', () => {
  const { merge, all } = mergeOf(2)
  merge.add(0, records(1, 4, 6), false)
  expect(all()).toEqual([])
  merge.add(1, records(2, 3), false)
  expect(all()).toEqual([1, 2, 3])
  merge.add(1, records(5), true)
  expect(all()).toEqual([4, 5, 6])
})

test('waits for no partition that is at its end', () => {
  const { merge, all } = mergeOf(3)
  merge.add(1, [], true)
  merge.add(2, [], true)
  merge.add(0, records(1, 2), false)
  expect(all()).toEqual([1, 2])
  expect(merge.isEmpty).toBe(true)
})

test('answers the oldest that has come where somebody has lost patience', () => {
  const { merge } = mergeOf(2)
  expect(merge.oldest()).toBeUndefined()
  merge.add(1, records(7, 8), false)
  expect(merge.next()).toBeUndefined()
  expect(merge.oldest()?.timestampMs).toBe(7)
})

test('wants no more of a partition that holds as many records or bytes as it may, until they are taken', () => {
  const { merge } = mergeOf(2, { recordsMax: 3, bytesMax: 100 })
  merge.add(0, records(1, 2), false)
  expect(merge.wants(0)).toBe(true)
  merge.add(0, records(3), false)
  expect([merge.wants(0), merge.wants(1)]).toEqual([false, true])
  merge.add(1, [record(9, 100)], true)
  expect(merge.wants(1)).toBe(false)
  expect(merge.next()?.timestampMs).toBe(1)
  expect([merge.wants(0), merge.wants(1)]).toEqual([true, false])
  for (let n = 0; n < 3; n++) merge.oldest()
  expect([merge.wants(0), merge.wants(1), merge.isEmpty]).toEqual([true, true, true])
})
