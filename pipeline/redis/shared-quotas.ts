import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import type { SchedulerLike } from 'rxjs'
import type { ModelQuotaSettings } from '../model-gates.ts'
import { quotaLink } from './quota-link.ts'
import { redisClient } from './redis-client.ts'
import { runQuotaScript } from './run-quota-script.ts'
import { type SharedQuota, sharedQuota } from './shared-quota.ts'

export interface SharedQuotasOptions {
  readonly url: string
  /** Of the keys: deployments that do not share a quota have different ones. */
  readonly prefix: string
  readonly clock: SchedulerLike
  /** A model's quota is not shared for now, and why; null: it is again. */
  readonly onDegraded: (model: string, cause: unknown) => void
}

/** The quotas of all models, shared with other processes through one connection to Redis. */
export interface SharedQuotas {
  quotaOf(settings: ModelQuotaSettings): SharedQuota
  /** Why Redis cannot be had; null when it can. */
  readonly problem: string | null
  close(): Promise<void>
}

const BEAT_MS = 1000
/** A call of Redis that takes longer has failed. */
const TIMEOUT_MS = 500
const CONNECT_MS_MAX = 1000
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** Waits a moment for Redis, and no longer: without it each quota is a part until it is there. */
export async function sharedQuotas(options: SharedQuotasOptions): Promise<SharedQuotas> {
  const { url, prefix, clock, onDegraded } = options
  const worker = randomUUID()
  const quotas: SharedQuota[] = []
  const degraded = new Set<string>()
  let lastError: Error | null = null
  const redis = redisClient({
    url,
    onError: error => {
      lastError = error
    },
  })
  redis.on('ready', () => {
    lastError = null
  })
  // The quotas find out themselves what became of it.
  await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS_MAX) }).catch(() => undefined)

  return {
    quotaOf({ name, ...settings }) {
      const script = runQuotaScript(redis, `${prefix}:${name}`)
      // What is wrong with the connection says more than that there is none.
      const run = (call: string) => (lastError === null ? script(call) : Promise.reject(lastError))
      const quota = sharedQuota({
        ...settings,
        link: quotaLink({ run, clock, timeoutMs: TIMEOUT_MS }),
        worker,
        minuteMs: MINUTE_MS,
        dayMs: DAY_MS,
        beatMs: BEAT_MS,
        clock,
        onDegraded: trouble => {
          if (trouble === null) degraded.delete(name)
          else degraded.add(name)
          onDegraded(name, trouble?.cause ?? null)
        },
      })
      quotas.push(quota)
      return quota
    },
    get problem() {
      if (degraded.size === 0) return null
      const cause = lastError === null ? '' : `: ${lastError.message}`
      return `Redis cannot be had${cause}; each process takes its part of the quotas until it can`
    },
    async close() {
      await Promise.all(quotas.map(quota => quota.leave()))
      redis.disconnect()
    },
  }
}
