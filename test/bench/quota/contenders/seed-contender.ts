import { setTimeout as delay } from 'node:timers/promises'
import { APIError } from 'openai'
import { CALLERS, type Calls, type Contender, IN_FLIGHT_MAX, type KnownQuota } from '../contender.ts'
import { openaiCaller } from './openai-caller.ts'

const RETRIES_MAX = 3
const BASE_DELAY_MS = 2000
const DELAY_MS_MAX = 60_000
const POLL_MS = Math.min(5000, BASE_DELAY_MS)

/**
 * The call manager of the seeds as it is described: a sliding window that is asked again and again until it lets a call in,
 * and retries that hold their place, pass no window and know no Retry-After. Its concurrency is that of the others here,
 * and its estimates are right.
 */
export const seedContender: Contender = {
  name: 'seed',
  async run(calls) {
    const window = slidingWindow(calls.quota)
    const send = openaiCaller(calls, 0)
    await calls.keepBusy(CALLERS, async call => {
      while (!window.acquire(call.tokens.input + call.tokens.output)) await pause(POLL_MS, calls)
      try {
        await retried(() => send(call), calls)
      } finally {
        window.release()
      }
    })
  },
}

async function retried(send: () => Promise<unknown>, calls: Calls): Promise<unknown> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      if (attempt === RETRIES_MAX) throw error
      const delayMs = Math.min(BASE_DELAY_MS * 2 ** attempt, DELAY_MS_MAX)
      await pause(isLimit(error) ? 2 * delayMs : delayMs, calls)
    }
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof APIError && (error.status === 429 || error.status === 403)
}

function pause(delayMs: number, { signal }: Calls): Promise<void> {
  return delay(delayMs, undefined, { signal })
}

/** Its check order: concurrency, requests, tokens. */
function slidingWindow({ limits, minuteMs }: KnownQuota) {
  const requestsMax = limits.requests_per_minute ?? Infinity
  const tokensMax = limits.tokens_per_minute ?? Infinity
  const concurrencyMax = Math.min(limits.concurrency ?? Infinity, IN_FLIGHT_MAX)
  const passed: { readonly atMs: number; readonly tokens: number }[] = []
  let inFlight = 0
  return {
    acquire(tokens: number): boolean {
      const nowMs = performance.now()
      while (nowMs - (passed[0]?.atMs ?? nowMs) >= minuteMs) passed.shift()
      if (inFlight >= concurrencyMax || passed.length >= requestsMax) return false
      const used = passed.reduce((sum, entry) => sum + entry.tokens, 0)
      if (used + tokens > tokensMax) return false
      passed.push({ atMs: nowMs, tokens })
      inFlight += 1
      return true
    },
    release(): void {
      inFlight -= 1
    },
  }
}
