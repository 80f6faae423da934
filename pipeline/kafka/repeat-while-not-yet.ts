import { setTimeout as delay } from 'node:timers/promises'
import { kafkaErrorType } from './kafka-error-type.ts'

export interface RepeatOptions {
  readonly everyMs: number
  readonly forMs: number
}

// What a broker answers while it loads a coordinator, or writes the markers of the transaction before. kafkajs repeats none of it here.
const notYet = new Set([
  'CONCURRENT_TRANSACTIONS',
  'GROUP_LOAD_IN_PROGRESS',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
])

/** Repeats a request that changes nothing by being repeated, for as long as the broker says "not yet". */
export async function repeatWhileNotYet<T>(
  request: () => Promise<T>,
  { everyMs, forMs }: RepeatOptions,
): Promise<T> {
  const deadlineMs = performance.now() + forMs
  for (;;) {
    try {
      return await request()
    } catch (error) {
      if (!notYet.has(kafkaErrorType(error) ?? '') || performance.now() > deadlineMs) throw error
      await delay(everyMs)
    }
  }
}
