import type { FetchedMessage, FetchedPartition } from 'kafkajs/src/broker/index.js'

/**
 * Marks the records of aborted transactions as control records, which every reader skips while their offsets still count.
 *
 * kafkajs looks at the first aborted transaction of a fetch only, and its list is ordered by completion: where aborted
 * transactions of several writers overlap, or a fetch begins inside two of them, it delivers aborted records.
 */
export function markAbortedRecords(partition: FetchedPartition): void {
  const aborted = [...(partition.abortedTransactions ?? [])].sort(byFirstOffset)
  if (aborted.length === 0) return
  const open = new Set<string>()
  for (const message of partition.messages) {
    enter(open, aborted, Number(message.offset))
    mark(message, open)
  }
  // Done here: the library's own filter has nothing left to do.
  partition.abortedTransactions = []
}

/** Takes the transactions that have begun by this offset off the list. */
function enter(open: Set<string>, aborted: AbortedTransaction[], offset: number): void {
  for (
    let first = aborted[0];
    first !== undefined && Number(first.firstOffset) <= offset;
    first = aborted[0]
  ) {
    open.add(first.producerId)
    aborted.shift()
  }
}

function mark(message: FetchedMessage, open: Set<string>): void {
  const { producerId, inTransaction } = message.batchContext ?? outsideTransactions
  // A marker ends its writer's transaction; the writer's next records belong to another one.
  if (message.isControlRecord === true) open.delete(producerId)
  else if (inTransaction && open.has(producerId)) message.isControlRecord = true
}

const outsideTransactions = { producerId: '', inTransaction: false }

interface AbortedTransaction {
  readonly producerId: string
  readonly firstOffset: string
}

function byFirstOffset(one: AbortedTransaction, other: AbortedTransaction): number {
  return Number(one.firstOffset) - Number(other.firstOffset)
}
