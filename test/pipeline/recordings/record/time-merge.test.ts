import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { TimeMerge } from '../../../../pipeline/recordings/record/time-merge.ts'
import type { RecordedRecord } from '../../../../pipeline/recordings/recorded-record.ts'

function recordOf(partition: number, timestampMs: number, offset = timestampMs): RecordedRecord {
  return { topic: 't', partition, offset, timestampMs, key: null, value: Buffer.from('value'), headers: {} }
}

const timesOf = (records: readonly RecordedRecord[]) => records.map(({ timestampMs }) => timestampMs)
const behind = { nowMs: 0, isAtEnd: false }

function merging(partitions: number, holdMs: number | null = null): TimeMerge {
  return new TimeMerge({ partitions, bytesMax: 1e6, holdMs })
}

function addTimes(merge: TimeMerge, partition: number, times: readonly number[], came = behind): void {
  const records = times.map(time => recordOf(partition, time))
  merge.add(partition, records, came)
}

describe('TimeMerge', () => {
  test('is done at once without partitions, and takes nothing', () => {
    const merge = merging(0)
    expect(merge.isDone).toBe(true)
    expect(merge.take(10, 0)).toEqual([])
  })

  test('waits for every partition that has not ended, and takes the oldest first', () => {
    const merge = merging(2)
    addTimes(merge, 0, [1, 4, 5])
    expect(merge.take(10, 1e9)).toEqual([])
    addTimes(merge, 1, [2, 3])
    expect(timesOf(merge.take(2, 0))).toEqual([1, 2])
    expect(timesOf(merge.take(10, 0))).toEqual([3])
    expect(merge.isDone).toBe(false)
    merge.finish(1)
    expect(timesOf(merge.take(10, 0))).toEqual([4, 5])
    merge.finish(0)
    expect(merge.isDone).toBe(true)
  })

  test('lets what went back in time follow the record before it, and what is ahead hold back those behind it', () => {
    const merge = merging(2)
    addTimes(merge, 0, [10, 2, 11])
    addTimes(merge, 1, [9, 20, 12])
    merge.finish(0)
    merge.finish(1)
    expect(timesOf(merge.take(10, 0))).toEqual([9, 10, 2, 11, 20, 12])
  })

  test('keeps the order of every partition, and that of times where partitions have it', () => {
    const sorted = fc
      .array(fc.integer({ min: 0, max: 50 }), { maxLength: 30 })
      .map(times => times.toSorted((a, b) => a - b))
    fc.assert(
      fc.property(fc.array(sorted, { maxLength: 6 }), fc.integer({ min: 1, max: 9 }), (partitions, step) => {
        const merge = merging(partitions.length)
        const taken: RecordedRecord[] = []
        for (let from = 0; !merge.isDone; from += step) {
          partitions.forEach((times, partition) => {
            const records = times
              .map((time, offset) => recordOf(partition, time, offset))
              .slice(from, from + step)
            merge.add(partition, records, behind)
            if (from + step >= times.length) merge.finish(partition)
          })
          taken.push(...merge.take(7, 0))
        }
        expect(timesOf(taken)).toEqual(partitions.flat().toSorted((a, b) => a - b))
        partitions.forEach((times, partition) => {
          const own = taken.filter(record => record.partition === partition).map(({ offset }) => offset)
          expect(own).toEqual(times.map((_, offset) => offset))
        })
      }),
    )
  })

  test('wants no more where a partition holds its share, and again when it is taken', () => {
    const merge = new TimeMerge({ partitions: 2, bytesMax: 40_000, holdMs: null })
    const large = { ...recordOf(0, 1), value: Buffer.alloc(15_000) }
    merge.add(0, [large], behind)
    expect(merge.wants(0)).toBe(true)
    merge.add(0, [{ ...large, timestampMs: 2 }], behind)
    expect([merge.wants(0), merge.wants(1)]).toEqual([false, true])
    merge.finish(1)
    merge.take(1, 0)
    expect([merge.wants(0), merge.wants(1)]).toEqual([true, false])
  })

  test('wants no more than so many small records of a partition', () => {
    const merge = new TimeMerge({ partitions: 1, bytesMax: 1e9, holdMs: null })
    const times = Array.from({ length: 4999 }, (_, index) => index)
    addTimes(merge, 0, times)
    expect(merge.wants(0)).toBe(true)
    addTimes(merge, 0, [4999])
    expect(merge.wants(0)).toBe(false)
    expect(merge.take(4999, 0)).toHaveLength(4999)
    addTimes(merge, 0, times)
    expect(merge.wants(0)).toBe(false)
    expect(merge.take(1e6, 0)).toHaveLength(5000)
  })

  describe('where more may come of partitions that are at their end', () => {
    const atEnd = (nowMs: number) => ({ nowMs, isAtEnd: true })

    test('takes at once what is older than what may come', () => {
      const merge = merging(2, 1000)
      addTimes(merge, 0, [5000, 9000, 9500], { nowMs: 10_000, isAtEnd: false })
      expect(merge.take(10, 10_000)).toEqual([])
      addTimes(merge, 1, [], atEnd(10_000))
      expect(timesOf(merge.take(10, 10_000))).toEqual([5000, 9000])
    })

    test('takes what is younger when it has been held for a while', () => {
      const merge = merging(2, 1000)
      addTimes(merge, 0, [9900], atEnd(10_000))
      addTimes(merge, 1, [], atEnd(10_000))
      expect(merge.take(10, 10_999)).toEqual([])
      addTimes(merge, 1, [9400], atEnd(10_500))
      expect(timesOf(merge.take(10, 10_600))).toEqual([9400])
      expect(timesOf(merge.take(10, 11_000))).toEqual([9900])
    })

    test('waits for a partition that is behind, however long', () => {
      const merge = merging(2, 1000)
      addTimes(merge, 0, [1], atEnd(10_000))
      expect(merge.take(10, 1e9)).toEqual([])
      expect(timesOf(merge.drain(10))).toEqual([1])
    })
  })
})
