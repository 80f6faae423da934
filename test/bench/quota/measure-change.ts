import { setTimeout as delay } from 'node:timers/promises'
import type { Contender } from './contender.ts'
import { knownQuota } from './known-quota.ts'
import { type RunOptions, settingsOf } from './measure-contender.ts'
import { offerCalls } from './offer-calls.ts'
import { providerProcess } from './provider-process.ts'
import { type ChangeFigures, quotaChange, type UseSample } from './quota-change.ts'

/** What the quota falls to, and for how many windows it is low; before and after it is whole. */
const LOW_SHARE = 0.4
const WINDOWS = { before: 3, low: 10, after: 10 }
const SAMPLES_PER_WINDOW = 60

export interface ChangeMeasured extends ChangeFigures {
  /** In the whole run. */
  readonly refused: number
  readonly failed: number
}

/** Lets a contender run against a provider whose quota of requests falls to 40 % and comes back, and tells it in headers or not. */
export async function measureChange(
  contender: Contender,
  options: Omit<RunOptions, 'seconds'> & { readonly headers: boolean },
): Promise<ChangeMeasured> {
  const { profile, windowSeconds, seed, headers } = options
  const windowMs = windowSeconds * 1000
  const quota = knownQuota(profile, windowMs)
  const whole = quota.limits.requests_per_minute
  if (whole === null) throw new Error(`${profile} has no quota of requests`)
  const provider = await providerProcess(
    { ...settingsOf({ ...options, seconds: 1 }), rateLimitHeaders: headers },
    seed,
  )
  const { calls, failed, end } = offerCalls({ baseUrl: provider.baseUrl, quota, seed })
  const samples: UseSample[] = []
  const during = async (windows: number): Promise<number> => {
    const fromMs = performance.now()
    for (let sample = 1; sample <= windows * SAMPLES_PER_WINDOW; sample++) {
      await delay(Math.max(0, fromMs + (sample * windowMs) / SAMPLES_PER_WINDOW - performance.now()))
      const { charged } = await provider.stats()
      samples.push({ atMs: performance.now(), requests: charged.requests })
    }
    return performance.now()
  }
  try {
    const running = contender.run(calls)
    const lowMs = await during(WINDOWS.before)
    await provider.change({ requestsPerMinute: whole * LOW_SHARE })
    const backMs = await during(WINDOWS.low)
    await provider.change({ requestsPerMinute: whole })
    await during(WINDOWS.after)
    const { answers } = await provider.stats()
    end()
    await running
    const figures = quotaChange(samples, { lowMs, backMs, windowMs, whole, low: whole * LOW_SHARE })
    return { ...figures, refused: answers['429'] ?? 0, failed: failed() }
  } finally {
    end()
    await provider.stop()
  }
}
