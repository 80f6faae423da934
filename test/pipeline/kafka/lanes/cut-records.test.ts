import { describe, expect, test } from 'vitest'
import type { OutputRecord } from '../../../../operators/lanes/lane.ts'
import { cutRecords } from '../../../../pipeline/kafka/lanes/cut-records.ts'

const record = (partition: number, value: string, topic = 'out'): OutputRecord => ({
  topic,
  partition,
  key: 'k',
  value,
})

describe('cutRecords', () => {
  test('makes nothing of nothing', () => {
    expect(cutRecords([])).toEqual([])
  })

  test('puts each partition of each topic into a chunk of its own, in order', () => {
    const [a, b, c, d] = [record(0, 'a'), record(1, 'b'), record(0, 'c'), record(0, 'd', 'other')]
    expect(cutRecords([a, b, c, d])).toEqual([[a, c], [b], [d]])
  })

  test('cuts before the chunk would pass 512 KiB, with keys, headers and overhead counted', () => {
    const half = {
      ...record(0, 'x'.repeat(256 * 1024 - 100)),
      headers: { name: ['one', Buffer.from('two')] },
    }
    expect(cutRecords([half, half, half]).map(chunk => chunk.length)).toEqual([2, 1])
    const more = { ...half, headers: { name: 'x'.repeat(100) } }
    expect(cutRecords([more, more]).map(chunk => chunk.length)).toEqual([1, 1])
  })

  test('lets one record that is larger stand alone, and counts bytes, not characters', () => {
    const large = record(0, 'ä'.repeat(300 * 1024))
    expect(cutRecords([record(0, 'a'), large, record(0, 'b')]).map(chunk => chunk.length)).toEqual([1, 1, 1])
  })
})
