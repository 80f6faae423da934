import type { Redis, Result } from 'ioredis'
import { quotaScript } from './quota-script.ts'

declare module 'ioredis' {
  interface RedisCommander<Context> {
    /** `quotaScript`, by its hash where Redis knows it already. */
    llmtriggerQuota(...keysAndCall: string[]): Result<string, Context>
  }
}

/** The keys of a quota, in the order in which the script takes them. */
export const quotaParts = ['state', 'minute', 'day', 'leases', 'costs', 'workers', 'waiting'] as const

/** Runs the script for one quota: a call as JSON, an answer as JSON. All its keys lie on one node of a cluster. */
export function runQuotaScript(redis: Redis, scope: string): (call: string) => Promise<string> {
  const keys = quotaParts.map(part => `{${scope}}:${part}`)
  redis.defineCommand('llmtriggerQuota', { lua: quotaScript, numberOfKeys: keys.length })
  return call => redis.llmtriggerQuota(...keys, call)
}
