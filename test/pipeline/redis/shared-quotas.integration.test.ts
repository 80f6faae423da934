import { asyncScheduler, firstValueFrom } from 'rxjs'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { checkRedis } from '../../../pipeline/doctor/check-redis.ts'
import { type SharedQuotas, sharedQuotas } from '../../../pipeline/redis/shared-quotas.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'
import { waitFor } from '../../support/wait-for.ts'
import { noLimits } from '../../support/no-limits.ts'

const binary = inject('redisBinary')
const settings = {
  name: 'fast',
  jitterMs: 1000,
  leaseMs: 30_000,
  charge: 'settle',
  limits: { ...noLimits, requests_per_minute: 4 },
} as const
const request = { tokens: { input: 1, output: 1 }, critical: false }

describe.skipIf(binary === '')('the quotas of the processes of one deployment', () => {
  let server: RedisServer
  let opened: SharedQuotas[] = []
  const changes: [string, boolean][] = []
  beforeEach(async () => {
    server = await redisServer(binary)
    changes.splice(0)
  })
  afterEach(async () => {
    await Promise.all(opened.map(quotas => quotas.close()))
    opened = []
    await server.stop()
  })

  async function open(prefix = 'llmtrigger.'): Promise<SharedQuotas> {
    const onDegraded = (model: string, cause: unknown) => changes.push([model, cause !== null])
    const quotas = await sharedQuotas({ url: server.url, prefix, clock: asyncScheduler, onDegraded })
    opened.push(quotas)
    return quotas
  }
  const take = (quotas: SharedQuotas) => firstValueFrom(quotas.quotaOf(settings).take(request))

  test('are one for each model, and others for another deployment', async () => {
    expect(await take(await open())).toMatchObject({ kind: 'granted' })
    expect(await take(await open())).toMatchObject({ kind: 'wait', by: 'requests_per_minute' })
    expect(await take(await open('other.'))).toMatchObject({ kind: 'granted' })
    expect(changes).toEqual([])
  })

  test('say that Redis is away, and why, and that it is back', async () => {
    const quotas = await open()
    await take(quotas)
    expect(quotas.problem).toBeNull()
    await server.kill()
    await waitFor(() => quotas.problem?.includes('ECONNREFUSED') === true, {
      what: 'an outage',
      withinMs: 5000,
    })
    await server.start()
    await waitFor(() => quotas.problem === null, { what: 'the way back', withinMs: 5000 })
    expect(changes).toEqual([
      ['fast', true],
      ['fast', false],
    ])
  })

  test('begin as a part of each quota where Redis is not there', async () => {
    await server.kill()
    const quotas = await open()
    const quota = quotas.quotaOf(settings)
    quota.shareAmong(4)
    expect(await firstValueFrom(quota.take(request))).toMatchObject({ kind: 'granted' })
    expect(quota.used().requests_per_minute).toBe(4)
    expect(changes).toEqual([['fast', true]])
  })

  test('are checked by the doctor', async () => {
    expect(await checkRedis(server.url)).toEqual([
      { name: 'redis', status: 'ok', detail: expect.stringMatching(/^answers, version \d+\.\d/), fix: null },
    ])
    const wrongLogin = server.url.replace('//', '//:very-secret@')
    expect(JSON.stringify(await checkRedis(wrongLogin))).not.toContain('very-secret')
    await server.kill()
    const [check] = await checkRedis(server.url)
    expect(check).toMatchObject({
      status: 'failed',
      detail: expect.stringMatching(/^at 127\.0\.0\.1:\d+: .*ECONNREFUSED/),
      fix: expect.stringContaining('correct redis.url'),
    })
  })
})
