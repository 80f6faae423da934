import { asyncScheduler } from 'rxjs'
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest'
import { quotaLink } from '../../../pipeline/redis/quota-link.ts'
import { redisClient } from '../../../pipeline/redis/redis-client.ts'
import { runQuotaScript } from '../../../pipeline/redis/run-quota-script.ts'
import { type SharedQuota, sharedQuota } from '../../../pipeline/redis/shared-quota.ts'
import { redisServer, type RedisServer } from '../../support/redis/redis-server.ts'
import { WaitingCaller } from '../../support/redis/waiting-caller.ts'
import { waitFor } from '../../support/wait-for.ts'
import { noLimits } from '../../support/no-limits.ts'

const binary = inject('redisBinary')
/** The published form is an outage of 60 s. */
const OUTAGE_MS = Number(process.env['OUTAGE_SECONDS'] ?? 3) * 1000
const WINDOW_MS = 4000
const LIMIT = 100
const LEASE_MS = 2000
const JITTER_MS = 100
/** Calls in a window, a fifth more than there is. */
const demand = [50, 30, 22, 18]
const estimate = { input: 1, output: 1 }

interface Worker {
  readonly quota: SharedQuota
  readonly caller: WaitingCaller
  /** Its process is gone, and its connection with it. */
  kill(): void
  readonly degraded: boolean[]
}

/** Real time, real connections: what the tests in driven time cannot show. */
describe.skipIf(binary === '')('four workers with connections of their own', () => {
  let server: RedisServer
  let workers: Worker[] = []
  let grantedMs: number[] = []
  beforeEach(async () => {
    server = await redisServer(binary)
    grantedMs = []
  })
  afterEach(async () => {
    for (const { kill } of workers) kill()
    await server.stop()
  })

  async function start(callsPerWindow: readonly number[], limits: object, serviceMs = 50) {
    workers = callsPerWindow.map((calls, index) => worker(server.url, { calls, index, limits, serviceMs }))
    await waitFor(() => workers.every(({ quota }) => quota.used().requests_per_minute > 0), {
      what: 'the first calls',
      withinMs: 5000,
    })
  }

  function worker(url: string, { calls, index, limits, serviceMs }: WorkerLoad): Worker {
    const redis = redisClient({ url, onError: () => {} })
    const degraded: boolean[] = []
    const windows = { minuteMs: WINDOW_MS, dayMs: 100 * WINDOW_MS, jitterMs: JITTER_MS, leaseMs: LEASE_MS }
    const run = runQuotaScript(redis, 'fleet')
    const quota = sharedQuota({
      ...{ ...windows, charge: 'settle', beatMs: 500, worker: `worker-${index}`, clock: asyncScheduler },
      limits: { ...noLimits, ...limits },
      link: quotaLink({ run, clock: asyncScheduler, timeoutMs: 250 }),
      onDegraded: trouble => degraded.push(trouble !== null),
    })
    quota.shareAmong(demand.length)
    const caller = new WaitingCaller({
      ...{ quota, clock: asyncScheduler, estimate },
      send: lease => {
        grantedMs.push(performance.now())
        asyncScheduler.schedule(() => {
          if (!hasEnded) caller.settle(lease, estimate)
        }, serviceMs)
      },
    })
    let hasEnded = false
    const coming = setInterval(() => {
      caller.add()
    }, WINDOW_MS / calls)
    const kill = () => {
      hasEnded = true
      clearInterval(coming)
      caller.end()
      redis.disconnect()
      void quota.leave()
    }
    return { quota, caller, degraded, kill }
  }

  /** In any window; a grant may be noted a moment late or early, which is what the jitter is for. */
  const mostInWindow = () => {
    const times = grantedMs.toSorted((a, b) => a - b)
    let from = 0
    return times.reduce((most, atMs, index) => {
      while ((times[from] ?? 0) <= atMs - WINDOW_MS) from++
      return Math.max(most, index - from + 1)
    }, 0)
  }
  const sentBy = () => workers.map(({ caller }) => caller.sent)

  test('come to use 95 % of the quota and never more than all, each as much of it as it has of the load', async () => {
    await start(demand, { requests_per_minute: LIMIT })
    await pass(0.5 * WINDOW_MS)
    const before = sentBy()
    await pass(2 * WINDOW_MS)
    // On a machine with much else to do a turn may come late now and then; the tests in driven time say how much is used.
    await waitFor(() => mostInWindow() >= 0.95 * LIMIT, { what: 'a window that is used', withinMs: 20_000 })
    const sent = sentBy().map((calls, index) => calls - (before[index] ?? 0))
    const sum = sent.reduce((all, calls) => all + calls, 0)
    const load = demand.reduce((all, calls) => all + calls, 0)
    const shares = sent.map((calls, index) => calls / sum / ((demand[index] ?? 0) / load))
    expect(mostInWindow()).toBeLessThanOrEqual(LIMIT)
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.9)
  })

  test.each([
    ['is killed and comes back empty', () => server.kill(), () => server.start()],
    ['hangs', () => server.signal('SIGSTOP'), () => server.signal('SIGCONT')],
  ] as const)(
    'send no more than the limit in any window while Redis %s, and go on',
    async (_, lose, bring) => {
      await start(demand, { requests_per_minute: LIMIT })
      await pass(WINDOW_MS)
      await lose()
      const lostMs = performance.now()
      await pass(OUTAGE_MS)
      await bring()
      const backMs = performance.now()
      await waitFor(() => workers.every(({ degraded }) => degraded.at(-1) === false), {
        what: 'all workers to share again',
        withinMs: 10_000,
      })
      await pass(WINDOW_MS)
      expect(mostInWindow()).toBeLessThanOrEqual(LIMIT)
      const meanwhile = grantedMs.filter(atMs => atMs > lostMs && atMs <= backMs).length
      expect(meanwhile).toBeGreaterThan((0.4 * LIMIT * OUTAGE_MS) / WINDOW_MS)
      const since = grantedMs.filter(atMs => atMs > backMs + 0.25 * WINDOW_MS).length
      expect(since).toBeGreaterThan(0.6 * LIMIT)
    },
    OUTAGE_MS + 60_000,
  )
})

interface WorkerLoad {
  readonly calls: number
  readonly index: number
  readonly limits: object
  readonly serviceMs: number
}

/** The quota is one of time, so that time itself is what is waited for. */
function pass(ms: number): Promise<void> {
  const endMs = performance.now() + ms
  return waitFor(() => performance.now() >= endMs, { what: 'time to pass', withinMs: ms + 5000, everyMs: 10 })
}
