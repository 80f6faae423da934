import { Redis } from 'ioredis'
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { type QuotaCall, type QuotaReply, quotaReplySchema } from '../../../pipeline/redis/quota-call.ts'
import { runQuotaScript } from '../../../pipeline/redis/run-quota-script.ts'
import { type ClockedRedis, clockedRedis } from '../../support/redis/clocked-redis.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'

const binary = inject('redisBinary')
const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const LEASE_MS = 30_000
const nothing = { minute: [], day: [] }
const terms = {
  ...{ minuteMs: MINUTE_MS, dayMs: DAY_MS, jitterMs: 1000, leaseMs: LEASE_MS, beatMs: 1000 },
  ...{ charge: 'settle', limits: [false, false, false, false, false, false, false], placesMax: 10_000 },
}
const told = { workers: 0, closedMs: 0, away: nothing, own: nothing, leases: [], ended: [] }

describe.skipIf(binary === '')('the script of the shared quota', () => {
  let server: RedisServer
  let redis: Redis
  let clock: DrivenClock
  let state: ClockedRedis
  beforeAll(async () => {
    server = await redisServer(binary)
    redis = new Redis(server.url)
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  /** Workers by name, each with what it was told last. */
  function fleet(own: { readonly limits?: readonly (number | false)[] } = {}) {
    clock = new DrivenClock(1_800_000_000_000)
    state = clockedRedis(redis, clock)
    const { run } = state.connect()
    const known = new Map<string, { id: string; epoch: number }>()
    const call = async (worker: string, asked: QuotaCall): Promise<QuotaReply> => {
      const { id, epoch } = known.get(worker) ?? { id: '', epoch: 0 }
      const text = await run(JSON.stringify({ ...terms, ...own, worker, id, epoch, ...asked }))
      const reply = quotaReplySchema.parse(JSON.parse(text))
      if (reply.kind === 'status') known.set(worker, reply)
      return reply
    }
    const join = (worker: string, more: Partial<QuotaCall & { op: 'join' }> = {}) =>
      call(worker, { op: 'join', ...told, ...more })
    let leases = 0
    const take = (worker: string, more: Partial<QuotaCall & { op: 'take' }> = {}) =>
      call(worker, {
        ...{ op: 'take', lease: `${++leases}`, tokens: [1, 1], critical: false, waitedMs: 0, inFlight: 0 },
        ...more,
      })
    const pass = (ms: number) => {
      clock.advanceTo(clock.now() + ms)
    }
    return { call, join, take, pass }
  }

  test('keeps no more cells than there are, and one lease for each call in flight', async () => {
    const { join, take, pass } = fleet()
    await join('a')
    for (let n = 0; n < 2000; n++) {
      await take('a')
      pass(75)
    }
    const [, minute = '', day = '', leases = '', costs = ''] = state.keys
    expect(await redis.hlen(minute)).toBeLessThanOrEqual(613)
    expect(await redis.hlen(day)).toBeLessThanOrEqual(603)
    expect(await redis.zcard(leases)).toBeLessThanOrEqual(LEASE_MS / 75 + 1)
    expect(await redis.hlen(costs)).toBe(await redis.zcard(leases))
  })

  test('remembers at most 100 workers that wait', async () => {
    const { join, take } = fleet({ limits: [1, false, false, false, false, false, false] })
    await join('w0')
    await take('w0')
    for (let n = 1; n <= 110; n++) {
      await join(`w${n}`)
      expect(await take(`w${n}`)).toMatchObject({ kind: 'wait' })
    }
    expect(await redis.hlen(state.keys[6] ?? '')).toBe(100)
  })

  test('lets every key expire when nobody uses it', async () => {
    const { call, join, take } = fleet({ limits: [1, false, false, false, false, false, false] })
    await join('a')
    await take('a')
    await take('a')
    await call('a', { op: 'close', forMs: 5000 })
    const expiries = await Promise.all(state.keys.map(key => redis.pttl(key)))
    // -2 would be a key that is not there, -1 one that stays for ever.
    expect(Math.min(...expiries)).toBeGreaterThan(0)
    expect(Math.max(...expiries)).toBeLessThanOrEqual(DAY_MS + 200_000)
  })

  test('lets the worker go first whose call has waited longest, and passes over one that does not come', async () => {
    const { join, take, pass } = fleet({ limits: [60, false, false, false, false, false, false] })
    for (const worker of ['a', 'b', 'c']) await join(worker)
    await take('a')
    expect(await take('a', { waitedMs: 10 })).toMatchObject({ waitMs: 1019 })
    expect(await take('b', { waitedMs: 500 })).toMatchObject({ waitMs: 1019 })
    // It knows now that b comes first.
    expect(await take('a', { waitedMs: 10 })).toMatchObject({ waitMs: 2037 })
    pass(1019)
    expect(await take('c', { waitedMs: 1119 })).toMatchObject({ kind: 'wait' })
    pass(52)
    expect(await take('c', { waitedMs: 1171 })).toMatchObject({ kind: 'granted' })
  })

  test('grants nothing after an outage before all have told what they sent, or are given up', async () => {
    const { join, take, pass } = fleet()
    for (const worker of ['a', 'b', 'c']) await join(worker)
    pass(60_000)
    await join('a', { workers: 3 })
    expect(await take('b')).toEqual({ kind: 'unknown' })
    expect(await take('a')).toMatchObject({ kind: 'wait', by: 'closed' })
    await join('b', { workers: 3, away: { minute: [[0, 7, 0, 0]], day: [] } })
    pass(1000)
    expect(await take('b')).toMatchObject({ kind: 'wait', by: 'closed' })
    pass(1000)
    await take('a')
    pass(1001)
    expect(await take('a')).toMatchObject({ kind: 'granted', use: { requests_per_minute: 8 } })
  })

  test('takes what a worker sent in all where it has lost what it knew, else what it sent meanwhile', async () => {
    const { call, join, take, pass } = fleet()
    await join('a')
    await join('b')
    await take('a')
    const report = {
      workers: 2,
      own: { minute: [[500, 9, 90, 9]], day: [[500, 9, 90, 9]] },
      away: { minute: [[500, 2, 20, 2]], day: [[500, 2, 20, 2]] },
      leases: [['kept', 500, 10, 1]],
      ended: [],
    } as const
    pass(1000)
    expect(await join('a', report)).toMatchObject({
      use: { requests_per_day: 3, input_tokens_per_minute: 21, concurrency: 2 },
    })
    await state.wipe()
    expect(await take('b')).toEqual({ kind: 'unknown' })
    expect(await join('b', report)).toMatchObject({ use: { requests_per_day: 9, concurrency: 1 } })
    await call('b', { op: 'settle', lease: 'kept', used: [4, 1] })
    expect(await join('a', { workers: 2 })).toMatchObject({
      use: { input_tokens_per_minute: 84, concurrency: 0 },
    })
  })

  test('goes on after its scripts were flushed', async () => {
    const run = runQuotaScript(redis, 'flushed')
    const probe = JSON.stringify({ op: 'probe' })
    expect(await run(probe)).toBe('{"kind":"done"}')
    await redis.script('FLUSH')
    expect(await run(probe)).toBe('{"kind":"done"}')
  })
})
