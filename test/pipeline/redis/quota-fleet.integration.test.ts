import { Redis } from 'ioredis'
import { afterAll, afterEach, beforeAll, describe, expect, inject, test } from 'vitest'
import type { TokenUse } from '../../../operators/gateway/quota.ts'
import { virtualServer } from '../../operators/gateway/virtual-server.ts'
import { type Fleet, type FleetOptions, MINUTE_MS, quotaFleet } from '../../support/redis/quota-fleet.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'

const binary = inject('redisBinary')
const LIMIT = 300
const perMinute = { requests_per_minute: LIMIT }
/** A fifth more than there is. */
const uneven = [180, 90, 54, 36]
const LEASE_MS = 10_000

describe.skipIf(binary === '')('four workers that share a quota', () => {
  let server: RedisServer
  let redis: Redis
  let fleet: Fleet | undefined
  beforeAll(async () => {
    server = await redisServer(binary)
    redis = new Redis(server.url)
  })
  afterEach(async () => {
    await fleet?.end()
    fleet = undefined
  })
  afterAll(async () => {
    redis.disconnect()
    await server.stop()
  })

  const start = async (options: Partial<FleetOptions> = {}) => {
    fleet = await quotaFleet({
      redis,
      seed: 7,
      limits: perMinute,
      demand: uneven,
      leaseMs: LEASE_MS,
      ...options,
    })
    return fleet
  }

  describe('under more load than it bears', () => {
    const tokens = {
      limits: { tokens_per_minute: 500 * LIMIT },
      limit: 500 * LIMIT,
      costOf: ({ input, output }: TokenUse) => input + output,
    }
    test.each([
      ['requests', { limits: perMinute, kind: 'sliding', limit: LIMIT }, LIMIT],
      ['tokens that are charged as used', { ...tokens, kind: 'settled', charge: 'settle' }, LIMIT],
      [
        'tokens of which a third is used',
        // What is in flight holds more than it uses: 14 calls in 1.4 s, 333 tokens each.
        { ...tokens, kind: 'settled', charge: 'settle', usedShare: 1 / 3, demand: [500, 250, 150, 100] },
        3 * LIMIT * 0.94,
      ],
      // A call takes 1.39 s.
      [
        'places',
        {
          limits: { concurrency: 8 },
          concurrencyMax: 8,
          kind: 'sliding',
          limit: 1e6,
          demand: [200, 100, 60, 40],
        },
        8 * 43.2,
      ],
    ] as const)('use up %s, each as much of it as it has of the load', async (_, options, most) => {
      const provider = virtualServer({ ...options, spanMs: MINUTE_MS })
      const { members, accepted, run, clock } = await start({ ...options, server: provider })
      await run(MINUTE_MS)
      const before = members.map(({ caller }) => caller.sent)
      const fromMs = clock.now()
      await run(MINUTE_MS)
      const sent = members.map(({ caller }, index) => caller.sent - (before[index] ?? 0))
      const sum = sent.reduce((all, calls) => all + calls, 0)
      expect(provider.refused).toBe(0)
      expect(accepted(fromMs, clock.now())).toBeGreaterThanOrEqual(0.97 * most)
      const demand = 'demand' in options ? options.demand : uneven
      const load = demand.reduce((all, calls) => all + calls, 0)
      const shares = sent.map((calls, index) => calls / sum / ((demand[index] ?? 0) / load))
      expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9)
    })
  })

  test('wait for nothing where there is less load than they may send', async () => {
    const { members, server: provider, run } = await start({ demand: [100, 50, 25, 25] })
    await run(2 * MINUTE_MS)
    expect(provider.refused).toBe(0)
    expect(Math.max(...members.map(({ caller }) => caller.waiting))).toBeLessThanOrEqual(2)
  })

  test('have the places of one that is killed when its leases have ended, and not before', async () => {
    const provider = virtualServer({ kind: 'sliding', limit: 1e6, spanMs: MINUTE_MS, concurrencyMax: 8 })
    const limits = { concurrency: 8 }
    const { members, run, kill } = await start({ limits, server: provider, demand: [900, 30, 30, 30] })
    await run(10_000)
    const [hog, ...others] = members
    if (hog === undefined) throw new Error('no worker')
    const sent = () => others.reduce((sum, { caller }) => sum + caller.sent, 0)
    const before = sent()
    kill(hog)
    await run(LEASE_MS)
    const meanwhile = sent() - before
    await run(LEASE_MS)
    // 90 calls a minute come to the others, and wait while the dead one holds its places.
    expect(meanwhile).toBeLessThanOrEqual(12)
    expect(sent() - before).toBeGreaterThanOrEqual(27)
    expect(others.map(({ caller }) => caller.waiting)).toEqual([0, 0, 0])
    expect(provider.refused).toBe(0)
  })

  test.each([
    ['hangs', 'hang', false],
    ['is gone', 'cut', false],
    ['is gone, and has lost all when it is back', 'cut', true],
  ] as const)(
    'while Redis %s for a minute send no more than the limit in any window, and use it up again',
    async (_, how, isWiped) => {
      const { server: provider, accepted, members, state, run, clock } = await start()
      await run(MINUTE_MS)
      const lostMs = clock.now()
      for (const { line } of members) line[how]()
      if (isWiped) await state.wipe()
      await run(MINUTE_MS)
      const backMs = clock.now()
      for (const { line } of members) line.mend()
      await run(90_000)

      expect(provider.refused).toBe(0)
      const changes = members.map(({ degraded }) => degraded.map(({ isDegraded }) => isDegraded))
      expect(changes).toEqual(members.map(() => [true, false]))
      const times = members.flatMap(({ degraded }) => degraded.map(({ atMs }) => atMs))
      // A beat until it is noticed, and the timeout of the call; then a probe.
      expect(Math.min(...times)).toBeGreaterThanOrEqual(lostMs)
      expect(Math.max(...times)).toBeLessThanOrEqual(backMs + 250)
      // While it is away they go on with what all of them may send, but for what is not needed where.
      expect(accepted(lostMs, backMs)).toBeGreaterThanOrEqual(0.7 * LIMIT)
      // A window later what was rounded up while it was away still shows.
      const fromMs = backMs + LEASE_MS
      expect(accepted(fromMs, fromMs + MINUTE_MS)).toBeGreaterThanOrEqual(0.95 * LIMIT)
    },
  )

  test.each([
    ['hangs', 'hang', false],
    ['is gone, and has lost all when it is back', 'cut', true],
  ] as const)('keep to the limit of a day while Redis %s', async (_, how, isWiped) => {
    const limits = { ...perMinute, requests_per_day: 400 }
    const { server: provider, members, state, run } = await start({ limits })
    await run(MINUTE_MS)
    const before = provider.accepted.length
    for (const { line } of members) line[how]()
    if (isWiped) await state.wipe()
    await run(0.5 * MINUTE_MS)
    const meanwhile = provider.accepted.length - before
    for (const { line } of members) line.mend()
    await run(1.5 * MINUTE_MS)
    expect(meanwhile).toBeGreaterThan(50)
    expect(meanwhile).toBeLessThanOrEqual(400 - before)
    expect(provider.accepted.length).toBeLessThanOrEqual(400)
    expect(provider.accepted.length).toBeGreaterThan(380)
  })

  test('lose one that Redis is away for, which takes its share on top of what the others send, and no more', async () => {
    const provider = virtualServer({ kind: 'sliding', limit: LIMIT + LIMIT / 4, spanMs: MINUTE_MS })
    const { members, accepted, run, clock } = await start({ server: provider })
    await run(MINUTE_MS)
    const fromMs = clock.now()
    members[3]?.line.cut()
    await run(MINUTE_MS)
    expect(accepted(fromMs, clock.now())).toBeGreaterThan(LIMIT)
    await run(MINUTE_MS)
    expect(provider.refused).toBe(0)
  })
})
