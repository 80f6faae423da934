import type { Producer } from 'kafkajs'

/** Fences the previous owner of the lane: its open transaction is finished, and nothing of it is committed any more. */
export async function fencePreviousOwner(producer: Producer): Promise<void> {
  // The producer id is taken when the first transaction begins; nothing is sent by an empty one.
  const transaction = await producer.transaction()
  await transaction.abort()
}
