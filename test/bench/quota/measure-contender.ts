import { setTimeout as delay } from 'node:timers/promises'
import { type QuotaProfileName, quotaProfiles } from '../../../pipeline/simulator/quota-profiles.ts'
import type { Contender } from './contender.ts'
import { goodput, type Sample } from './goodput.ts'
import { knownQuota } from './known-quota.ts'
import { drawAnswers, offerCalls } from './offer-calls.ts'
import { type Provider, providerProcess } from './provider-process.ts'

export interface RunOptions {
  readonly profile: QuotaProfileName
  readonly windowSeconds: number
  /** The whole run, with the first window, which is not measured. */
  readonly seconds: number
  readonly seed: number
  readonly latencyMs: number | string
}

export interface Measured {
  readonly goodput: number
  /** Answers with status 429, in the whole run. */
  readonly refused: number
  /** Calls given up by the contender, in the whole run. */
  readonly failed: number
  readonly answered: number
}

/** Lets one contender run against a provider of its own, with all else equal. */
export async function measureContender(contender: Contender, options: RunOptions): Promise<Measured> {
  const { profile, windowSeconds, seconds, seed } = options
  const minuteMs = windowSeconds * 1000
  const quota = knownQuota(profile, minuteMs)
  const provider = await providerProcess(settingsOf(options), seed)
  const { calls, failed, end } = offerCalls({ baseUrl: provider.baseUrl, quota, seed })
  const { signal } = calls
  try {
    // It ends by itself only by a bug, which then ends the waiting.
    const running = contender.run(calls).then(() => {
      if (!signal.aborted) throw new Error(`${contender.name} stopped before the end`)
    })
    await Promise.race([running, delay(minuteMs)])
    const from = await sample(provider)
    await Promise.race([running, delay((seconds - windowSeconds) * 1000)])
    const to = await sample(provider)
    return {
      goodput: goodput(quota, from, to),
      refused: to.stats.answers['429'] ?? 0,
      failed: failed(),
      answered: to.stats.answers['200'] ?? 0,
    }
  } finally {
    end()
    await provider.stop()
  }
}

/** Of a provider that keeps the quota of a profile. */
export function settingsOf({ profile, windowSeconds, seed, latencyMs }: RunOptions) {
  const minuteMs = windowSeconds * 1000
  const { limits } = knownQuota(profile, minuteMs)
  const { quotaSpanMs } = quotaProfiles[profile]
  return {
    profile,
    minuteMs,
    // A short bucket stays as short as it is.
    quotaSpanMs: quotaSpanMs === null ? null : Math.min(quotaSpanMs, minuteMs),
    requestsPerMinute: limits.requests_per_minute,
    tokensPerMinute: limits.tokens_per_minute,
    networkMs: '15:75',
    latencyMs,
    answers: [...drawAnswers(seed)],
  }
}

async function sample(
  provider: Provider,
): Promise<Sample & { readonly stats: Awaited<ReturnType<Provider['stats']>> }> {
  const stats = await provider.stats()
  return { atMs: performance.now(), stats }
}
