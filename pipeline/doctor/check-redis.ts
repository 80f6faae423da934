import { once } from 'node:events'
import { redisClient } from '../redis/redis-client.ts'
import { runQuotaScript } from '../redis/run-quota-script.ts'
import type { Check } from './check.ts'

const CONNECT_MS_MAX = 5000
/** The oldest version that the quota's script is tested on. */
const VERSION_MIN = [6, 2] as const

/** Whether Redis answers, and runs the script of the shared quotas. */
export async function checkRedis(url: string): Promise<readonly Check[]> {
  let trouble: unknown
  const redis = redisClient({
    url,
    onError: error => {
      trouble = error
    },
  })
  const failed = (detail: string, fix: string): Check[] => [{ name: 'redis', status: 'failed', detail, fix }]
  try {
    await once(redis, 'ready', { signal: AbortSignal.timeout(CONNECT_MS_MAX) })
    const version = versionIn(await redis.info('server'))
    if (isTooOld(version)) return failed(`is version ${version}`, `use ${VERSION_MIN.join('.')} or newer`)
    await runQuotaScript(redis, 'llmtrigger:doctor')(JSON.stringify({ op: 'probe' }))
    return [{ name: 'redis', status: 'ok', detail: `answers, version ${version}`, fix: null }]
  } catch (error) {
    const fix = 'start it, or correct redis.url; with a password it is redis://:password@host:port'
    return failed(`at ${new URL(url).host}: ${reasonOf(trouble ?? error)}`, fix)
  } finally {
    redis.disconnect()
  }
}

function versionIn(info: string): string {
  return /^redis_version:(.*)$/m.exec(info)?.[1]?.trim() ?? 'unknown'
}

function reasonOf(error: unknown): string {
  return error instanceof Error && error.name !== 'AbortError' ? error.message : 'does not answer'
}

function isTooOld(version: string): boolean {
  const [major = NaN, minor = 0] = version.split('.').map(Number)
  return major < VERSION_MIN[0] || (major === VERSION_MIN[0] && minor < VERSION_MIN[1])
}
