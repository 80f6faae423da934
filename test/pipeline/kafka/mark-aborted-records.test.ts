import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js'
import { describe, expect, test } from 'vitest'
import { markAbortedRecords } from '../../../pipeline/kafka/mark-aborted-records.ts'

describe('markAbortedRecords', () => {
  test('hides both of two aborted transactions that overlap, listed in the order of their ends', () => {
    const log = ['0 P', '1 Q', '2 P', '3 Q', '4 Q!', '5 P', '6 P!', '7 -']
    expect(visible(log, { Q: 1, P: 0 })).toEqual([7])
  })

  test('hides records where the fetch begins inside of two aborted transactions', () => {
    const log = ['5 P', '6 Q', '7 Q!', '8 P!', '9 P', '10 P!']
    expect(visible(log, { Q: 1, P: 0 })).toEqual([9])
  })

  test('shows what the same writer commits after it aborted, and hides what it aborts again', () => {
    const log = ['0 P', '1 P!', '2 P', '3 P!', '4 P', '5 P!']
    const fetched = partitionOf(log, [
      { producerId: 'P', firstOffset: '0' },
      { producerId: 'P', firstOffset: '4' },
    ])
    markAbortedRecords(fetched)
    expect(shown(fetched)).toEqual([2])
  })

  test('shows records of other writers, and of the same one outside of transactions', () => {
    expect(visible(['0 P', '1 Q', '2 -', '3 P!', '4 Q!'], { P: 0 })).toEqual([1, 2])
  })

  test('shows a record whose key looks like an abort marker', () => {
    const fetched = partitionOf(['0 -', '1 P', '2 P!'], [{ producerId: 'P', firstOffset: '1' }])
    const [first] = fetched.messages
    Object.assign(first ?? {}, { key: Buffer.from([0, 0, 0, 0]) })
    markAbortedRecords(fetched)
    expect(shown(fetched)).toEqual([0])
  })

  test('leaves nothing for the filter of the library, and passes without a list', () => {
    const fetched = partitionOf(['0 P', '1 P!'], [{ producerId: 'P', firstOffset: '0' }])
    markAbortedRecords(fetched)
    expect(fetched.abortedTransactions).toEqual([])
    const plain = partitionOf(['0 -'], null)
    markAbortedRecords(plain)
    expect(shown(plain)).toEqual([0])
  })
})

function visible(log: readonly string[], aborted: Readonly<Record<string, number>>): number[] {
  const list = Object.entries(aborted).map(([producerId, first]) => ({ producerId, firstOffset: `${first}` }))
  const fetched = partitionOf(log, list)
  markAbortedRecords(fetched)
  return shown(fetched)
}

function shown({ messages }: FetchedPartition): number[] {
  return messages
    .filter(({ isControlRecord }) => isControlRecord !== true)
    .map(({ offset }) => Number(offset))
}

/** `<offset> <writer>`; `-` is outside of transactions, `!` the marker that ends the writer's. */
function partitionOf(
  log: readonly string[],
  abortedTransactions: (FetchedPartition['abortedTransactions'] & object) | null,
): FetchedPartition {
  const messages = log.map((line): FetchedMessage => {
    const [offset = '', writer = ''] = line.split(' ')
    return {
      offset,
      timestamp: '0',
      key: null,
      value: null,
      isControlRecord: writer.endsWith('!'),
      batchContext: {
        firstOffset: offset,
        lastOffsetDelta: 0,
        producerId: writer === '-' ? 'P' : writer.slice(0, 1),
        inTransaction: writer !== '-',
      },
    }
  })
  return { partition: 0, highWatermark: '100', lastStableOffset: '100', abortedTransactions, messages }
}
