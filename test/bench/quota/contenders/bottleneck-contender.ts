import Bottleneck from 'bottleneck'
import { CALLERS, type Contender, IN_FLIGHT_MAX, type KnownQuota } from '../contender.ts'
import { openaiCaller } from './openai-caller.ts'
import { requestsKnown } from './requests-known.ts'

// What the client does when nobody says otherwise.
const RETRIES = 2

/** Bottleneck with a reservoir that is filled once a minute, by tokens where tokens are limited; or with a pause between starts. */
export function bottleneckContender(manner: 'reservoir' | 'min-time'): Contender {
  return {
    name: `bottleneck-${manner}`,
    async run(calls) {
      const { quota, signal } = calls
      const byTokens = manner === 'reservoir' && quota.limits.tokens_per_minute !== null
      const limiter = new Bottleneck({
        // Weights count here too: with tokens for weights, fewer callers bound what is in flight.
        maxConcurrent: byTokens ? null : IN_FLIGHT_MAX,
        ...(manner === 'reservoir' ? reservoir(quota) : pause(quota)),
      })
      const send = openaiCaller(calls, RETRIES)
      signal.addEventListener('abort', () => {
        void limiter.disconnect()
        void limiter.stop({ dropWaitingJobs: true })
      })
      await calls.keepBusy(byTokens ? IN_FLIGHT_MAX : CALLERS, call => {
        const weight = byTokens ? call.tokens.input + call.tokens.output : 1
        return limiter.schedule({ weight }, () => send(call))
      })
    },
  }
}

function reservoir({ limits, minuteMs }: KnownQuota): Bottleneck.ConstructorOptions {
  const amount = limits.tokens_per_minute ?? limits.requests_per_minute
  return {
    reservoir: amount,
    reservoirRefreshAmount: amount,
    reservoirRefreshInterval: amount === null ? null : minuteMs,
  }
}

function pause(quota: KnownQuota): Bottleneck.ConstructorOptions {
  const requests = requestsKnown(quota)
  return { minTime: requests === null ? 0 : quota.minuteMs / requests }
}
