import { type Contender, IN_FLIGHT_MAX } from '../contender.ts'
import { openaiCaller } from './openai-caller.ts'

/** Workers that call, and leave the rest to the client's own retries. */
export function openaiAlone(maxRetries: number): Contender {
  return {
    name: `openai-${maxRetries}`,
    run: calls => calls.keepBusy(IN_FLIGHT_MAX, openaiCaller(calls, maxRetries)),
  }
}
