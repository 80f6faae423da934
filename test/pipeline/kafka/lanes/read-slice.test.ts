import type { FetchedMessage } from 'kafkajs/src/broker/index.js'
import { describe, expect, test } from 'vitest'
import { readSlice } from '../../../../pipeline/kafka/lanes/read-slice.ts'

const message = (offset: number, changes: Partial<FetchedMessage> = {}): FetchedMessage => ({
  offset: `${offset}`,
  timestamp: '1700000000000',
  key: Buffer.from('k'),
  value: Buffer.from(`${offset}`),
  headers: {},
  ...changes,
})
const partition = (messages: FetchedMessage[], lastStableOffset = '10') => ({
  partition: 0,
  highWatermark: '20',
  lastStableOffset,
  messages,
})

describe('readSlice', () => {
  test('turns messages into records', () => {
    const { records } = readSlice(partition([message(3)]), 3)
    expect(records).toEqual([
      {
        offset: 3,
        timestampMs: 1_700_000_000_000,
        key: Buffer.from('k'),
        value: Buffer.from('3'),
        headers: {},
      },
    ])
  })

  test('leaves out markers and what lies before the position, and counts markers in the next one', () => {
    const slice = readSlice(partition([message(3), message(4), message(5, { isControlRecord: true })]), 4)
    expect(slice.records.map(({ offset }) => offset)).toEqual([4])
    expect(slice.nextOffset).toBe(6)
    expect(slice.lastStableOffset).toBe(10)
  })

  test('ends behind a batch whose last records were compacted away', () => {
    const batchContext = { firstOffset: '3', lastOffsetDelta: 4, producerId: '-1', inTransaction: false }
    expect(readSlice(partition([message(3, { batchContext })]), 3).nextOffset).toBe(8)
  })

  test('stays where it is without messages, and takes the high watermark where nothing is said of stability', () => {
    const { lastStableOffset: _, ...unstated } = partition([])
    expect(readSlice(unstated, 7)).toEqual({ records: [], nextOffset: 7, lastStableOffset: 20 })
  })
})
