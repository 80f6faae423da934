import type { Redis } from 'ioredis'
import type { QuotaLimits } from '../../../operators/gateway/quota.ts'
import { DrivenClock } from '../../../pipeline/memory/driven-clock.ts'
import { quotaLink } from '../../../pipeline/redis/quota-link.ts'
import { type SharedQuota, sharedQuota } from '../../../pipeline/redis/shared-quota.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import { type VirtualServer, virtualServer } from '../../operators/gateway/virtual-server.ts'
import { type ClockedRedis, clockedRedis, type Line } from './clocked-redis.ts'
import { WaitingCaller } from './waiting-caller.ts'
import { noLimits } from '../no-limits.ts'

export interface FleetOptions {
  readonly redis: Redis
  readonly seed: number
  readonly limits: Partial<QuotaLimits>
  /** Calls a minute that come to each worker. */
  readonly demand: readonly number[]
  /** Requests in any minute, unless it is told otherwise. */
  readonly server?: VirtualServer
  readonly charge?: 'estimate' | 'settle'
  /** What a call uses of its estimate of 400 tokens in and 100 out; 1 by default. */
  readonly usedShare?: number
  readonly leaseMs?: number
}

export interface Member {
  readonly line: Line
  readonly quota: SharedQuota
  readonly caller: WaitingCaller
  /** When it went away, and when it was back. */
  readonly degraded: { readonly atMs: number; readonly isDegraded: boolean }[]
}

export interface Fleet {
  readonly clock: DrivenClock
  readonly state: ClockedRedis
  readonly members: readonly Member[]
  readonly server: VirtualServer
  /** Calls that the server took from `fromMs` to `toMs`. */
  accepted(fromMs: number, toMs: number): number
  run(forMs: number): Promise<void>
  kill(member: Member): void
  end(): Promise<void>
}

export const MINUTE_MS = 60_000

/** Workers that share one quota, each with calls of its own, and the server that keeps the quota; all in driven time. */
export async function quotaFleet(options: FleetOptions): Promise<Fleet> {
  const { redis, seed, demand, usedShare = 1, leaseMs = 30_000, charge = 'settle' } = options
  const { server = virtualServer({ kind: 'sliding', limit: 300, spanMs: MINUTE_MS }) } = options
  const limits = { ...noLimits, ...options.limits }
  const clock = new DrivenClock(1_800_000_000_000)
  const random = seededRandom(seed)
  const state = clockedRedis(redis, clock)
  const estimate = { input: 400, output: 100 }
  const used = { input: estimate.input * usedShare, output: estimate.output * usedShare }
  const terms = { minuteMs: MINUTE_MS, dayMs: 1440 * MINUTE_MS, jitterMs: 1000, leaseMs, charge, clock }
  const killed = new Set<Member>()

  const members = demand.map((callsPerMinute, index): Member => {
    const line = state.connect()
    const degraded: Member['degraded'][number][] = []
    const quota = sharedQuota({
      ...terms,
      ...{ limits, beatMs: 1000, worker: `worker-${index + 1}` },
      link: quotaLink({ run: line.run, clock, timeoutMs: 500 }),
      onDegraded: trouble => degraded.push({ atMs: clock.now(), isDegraded: trouble !== null }),
    })
    const send = (lease: string) => {
      const wayMs = 15 + Math.min(1000, 20 * Math.exp(0.7 * normal(random)))
      const serviceMs = 1200 * Math.exp(0.5 * normal(random))
      clock.schedule(() => {
        const end = server.receive(clock.now(), estimate)
        clock.schedule(() => {
          if (end !== false) end(used)
          if (!killed.has(member)) caller.settle(lease, used)
        }, serviceMs)
      }, wayMs)
    }
    const caller = new WaitingCaller({ quota, clock, estimate, send })
    const come = () => {
      if (killed.has(member)) return
      caller.add()
      clock.schedule(come, ((0.5 + random()) * MINUTE_MS) / callsPerMinute)
    }
    const member = { line, quota, caller, degraded }
    clock.schedule(come, random() * 1000)
    return member
  })
  await state.advanceTo(clock.now())
  return {
    clock,
    state,
    members,
    server,
    accepted: (fromMs, toMs) => server.accepted.filter(({ atMs }) => atMs >= fromMs && atMs < toMs).length,
    run: forMs => state.advanceTo(clock.now() + forMs),
    kill(member) {
      killed.add(member)
      member.caller.end()
      member.line.cut()
      void member.quota.leave()
    },
    async end() {
      for (const { caller } of members) caller.end()
      const left = Promise.all(members.map(({ quota }) => quota.leave()))
      await state.advanceTo(clock.now() + 1000)
      await left
      await state.wipe()
    },
  }
}

function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
}
