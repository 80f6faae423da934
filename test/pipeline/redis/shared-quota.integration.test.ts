import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, inject, onTestFinished } from 'vitest'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { quotaLink } from '../../../pipeline/redis/quota-link.ts'
import { sharedQuota } from '../../../pipeline/redis/shared-quota.ts'
import { describeQuota } from '../../contract/quota.contract.ts'
import { clockedRedis } from '../../support/redis/clocked-redis.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'

const binary = inject('redisBinary')

describe.skipIf(binary === '')('on a real Redis', () => {
  let server: RedisServer
  let redis: Redis
  beforeAll(async () => {
    server = await redisServer(binary)
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  describeQuota('workers that share', async settings => {
    const clock = new DrivenClock(1_700_000_000_000)
    const state = clockedRedis(redis, clock)
    const quota = sharedQuota({
      ...settings,
      link: quotaLink({ run: state.connect().run, clock, timeoutMs: 500 }),
      worker: 'a',
      beatMs: 1000,
      clock,
      onDegraded: () => {},
    })
    onTestFinished(() => quota.leave())
    return { quota, now: () => clock.now(), pass: ms => state.advanceTo(clock.now() + ms) }
  })
})
