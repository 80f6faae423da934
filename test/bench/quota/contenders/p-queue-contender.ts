import PQueue from 'p-queue'
import { CALLERS, type Contender, IN_FLIGHT_MAX } from '../contender.ts'
import { openaiCaller } from './openai-caller.ts'
import { requestsKnown } from './requests-known.ts'

// What the client does when nobody says otherwise.
const RETRIES = 2

/** p-queue with its cap of starts in an interval: in one after the other, or (strict) in any. */
export function pQueueContender(strict: boolean): Contender {
  return {
    name: strict ? 'p-queue-strict' : 'p-queue',
    async run(calls) {
      const intervalCap = requestsKnown(calls.quota)
      const queue = new PQueue({
        concurrency: IN_FLIGHT_MAX,
        ...(intervalCap !== null && { intervalCap, interval: calls.quota.minuteMs, strict }),
      })
      const send = openaiCaller(calls, RETRIES)
      await calls.keepBusy(CALLERS, call => queue.add(() => send(call), { signal: calls.signal }))
    },
  }
}
