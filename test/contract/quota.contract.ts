import { firstValueFrom, toArray } from 'rxjs'
import { describe, expect, test } from 'vitest'
import type { Quota, QuotaAnswer, QuotaLimits, TokenUse } from '../../operators/gateway/quota.ts'
import { type QuotaLimitName, quotaLimitNames } from '../../schemas/quota-limits.ts'
import { noLimits } from '../support/no-limits.ts'

/** A quota and the time that it goes by. */
export interface QuotaBench {
  readonly quota: Quota
  now(): number
  /** Lets at least so much time pass, and what the quota was told before arrive. */
  pass(ms: number): Promise<void>
}

export interface QuotaSettings {
  readonly limits: QuotaLimits
  readonly charge: 'estimate' | 'settle'
  readonly minuteMs: number
  readonly dayMs: number
  readonly jitterMs: number
  readonly leaseMs: number
}

// Short, so that an adapter on real time can be tested too, and long against what an answer of another process takes.
const MINUTE_MS = 1000
const JITTER_MS = 50
const LEASE_MS = 400
const windows = { minuteMs: MINUTE_MS, dayMs: 20_000, jitterMs: JITTER_MS, leaseMs: LEASE_MS }
/** What rounding may add to a window. */
const HELD_MS = 1.05 * (MINUTE_MS + JITTER_MS)

const small: TokenUse = { input: 1, output: 1 }

/** What every quota shows. */
export function describeQuota(name: string, setUp: (settings: QuotaSettings) => Promise<QuotaBench>): void {
  const start = async (limits: Partial<QuotaLimits>, charge: QuotaSettings['charge'] = 'settle') => {
    const bench = await setUp({ limits: { ...noLimits, ...limits }, charge, ...windows })
    const { quota, pass } = bench
    const ask = (tokens = small, critical = false) => firstValueFrom(quota.take({ tokens, critical }))
    const take = async (tokens = small, critical = false) => leaseOf(await ask(tokens, critical))
    const used = async (limit: QuotaLimitName) => {
      await pass(0)
      return quota.used()[limit]
    }
    return { ...bench, ask, take, used }
  }

  describe(`the quota of ${name}`, () => {
    test('answers each subscription once, and takes nothing before', async () => {
      const { quota, used } = await start({})
      const taken$ = quota.take({ tokens: small, critical: false }).pipe(toArray())
      expect(await used('concurrency')).toBe(0)
      const answers = [await firstValueFrom(taken$), await firstValueFrom(taken$)].flat()
      expect(answers.map(({ kind }) => kind)).toEqual(['granted', 'granted'])
      expect(new Set(answers.map(leaseOf)).size).toBe(2)
      expect(await used('concurrency')).toBe(2)
    })

    test('grants the first call at once, and spreads the others over the window', async () => {
      const { ask, take, pass } = await start({ requests_per_minute: 4 })
      await take()
      const answer = await ask()
      expect(answer).toMatchObject({ kind: 'wait', by: 'requests_per_minute' })
      expect(waitOf(answer)).toBeGreaterThan(0.5 * (MINUTE_MS / 4))
      expect(waitOf(answer)).toBeLessThanOrEqual(HELD_MS / 4)
      await pass(waitOf(answer))
      await take()
    })

    test('never grants more than the limit within the window and what delays may add', async () => {
      const { ask, pass, now } = await start({ requests_per_minute: 4 })
      const grantedMs: number[] = []
      while (grantedMs.length < 12) {
        const answer = await ask()
        if (answer.kind === 'granted') grantedMs.push(now())
        else await pass(waitOf(answer))
      }
      const spans = grantedMs.slice(4).map((atMs, call) => atMs - (grantedMs[call] ?? Infinity))
      // An answer of another process may come late, and the next one soon.
      expect(Math.min(...spans)).toBeGreaterThan(MINUTE_MS)
    })

    test.each([
      ['tokens_per_minute', { input: 30, output: 20 }],
      ['input_tokens_per_minute', { input: 50, output: 500 }],
      ['output_tokens_per_minute', { input: 500, output: 50 }],
    ] as const)('spreads %s by what calls are estimated to cost', async (limit, tokens) => {
      const { ask, take, pass } = await start({ [limit]: 100 })
      await take(tokens)
      const answer = await ask(tokens)
      expect(answer).toMatchObject({ kind: 'wait', by: limit })
      expect(waitOf(answer)).toBeGreaterThan(0.4 * MINUTE_MS)
      expect(waitOf(answer)).toBeLessThanOrEqual(HELD_MS / 2)
      await pass(waitOf(answer))
      await take(tokens)
    })

    test.each([
      ['requests_per_day', 2],
      ['tokens_per_day', 4],
    ] as const)('holds to %s without spreading them', async (limit, most) => {
      const { ask, take } = await start({ [limit]: most })
      await take()
      await take()
      const answer = await ask()
      expect(answer).toMatchObject({ kind: 'wait', by: limit })
      expect(waitOf(answer)).toBeGreaterThan(0.9 * windows.dayMs)
    })

    test.each(quotaLimitNames)('says that a call larger than %s never starts', async limit => {
      const { ask } = await start({ [limit]: limit.includes('tokens') ? 10 : 0 })
      expect(await ask({ input: 11, output: 11 })).toEqual({ kind: 'never', by: limit })
    })

    test('gives no more places than there are, and each again when its call has ended, once', async () => {
      const { quota, ask, take, pass } = await start({ concurrency: 2 })
      const leases = [await take(), await take()]
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'concurrency' })
      for (const lease of [leases[0], leases[0], 'unknown']) quota.settle(lease ?? '', small)
      await pass(0)
      await take()
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'concurrency' })
    })

    test('ends a lease that nobody settles, and charges it as it was estimated', async () => {
      const { quota, ask, take, used, pass } = await start({ concurrency: 1 })
      const lease = await take({ input: 50, output: 10 })
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'concurrency' })
      await pass(LEASE_MS)
      await take()
      quota.settle(lease, { input: 0, output: 0 })
      expect(await used('tokens_per_minute')).toBe(62)
      expect(await used('concurrency')).toBe(1)
    })

    test.each([
      ['settle', { input: 20, output: 5 }, 25],
      ['settle', { input: 80, output: 30 }, 110],
      ['settle', null, 60],
      ['estimate', { input: 20, output: 5 }, 60],
      ['estimate', { input: 80, output: 30 }, 60],
    ] as const)('charged by %s, a call that used %o is charged %i of 60', async (charge, spent, charged) => {
      const { quota, take, used } = await start({ tokens_per_minute: 1000 }, charge)
      const lease = await take({ input: 50, output: 10 })
      expect(await used('tokens_per_minute')).toBe(60)
      quota.settle(lease, spent)
      quota.settle(lease, { input: 0, output: 0 })
      expect(await used('tokens_per_minute')).toBe(charged)
      expect(await used('tokens_per_day')).toBe(charged)
      expect(await used('requests_per_minute')).toBe(1)
      expect(await used('concurrency')).toBe(0)
    })

    test('starts calls sooner when one has used less than was estimated', async () => {
      const { quota, ask, take, pass } = await start({ tokens_per_minute: 100 })
      const lease = await take({ input: 40, output: 40 })
      expect(waitOf(await ask())).toBeGreaterThan(0.7 * MINUTE_MS)
      quota.settle(lease, { input: 10, output: 0 })
      await pass(0)
      const answer = await ask()
      expect(waitOf(answer)).toBeLessThanOrEqual(HELD_MS / 10)
      await pass(waitOf(answer))
      await take()
    })

    test('starts no call while it is closed, and never opens sooner than it was told', async () => {
      const { quota, ask, take, pass } = await start({ requests_per_minute: 600 })
      expect(quota.closedMs).toBe(0)
      quota.close(500)
      quota.close(100)
      await pass(0)
      const answer = await ask()
      expect(answer).toMatchObject({ kind: 'wait', by: 'closed' })
      expect(waitOf(answer)).toBeGreaterThan(300)
      expect(waitOf(answer)).toBeLessThanOrEqual(500)
      expect(quota.closedMs).toBeGreaterThan(300)
      expect(quota.closedMs).toBeLessThanOrEqual(500)
      await pass(waitOf(answer))
      await take()
      expect(quota.closedMs).toBe(0)
    })

    test('keeps to limits that change, with what was sent before', async () => {
      const { quota, ask, take, pass } = await start({ requests_per_day: 3, concurrency: 2 })
      const change = async (limits: Partial<QuotaLimits>) => {
        quota.change({ ...noLimits, ...limits })
        await pass(0)
      }
      await take()
      await take()
      await change({ requests_per_day: 2, concurrency: 3 })
      expect(quota.limits).toEqual({ ...noLimits, requests_per_day: 2, concurrency: 3 })
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'requests_per_day' })
      await change({ requests_per_day: null, concurrency: 3 })
      await take()
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'concurrency' })
      await change({ tokens_per_minute: 6 })
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'tokens_per_minute' })
      await change({ tokens_per_minute: 1 })
      expect(await ask()).toEqual({ kind: 'never', by: 'tokens_per_minute' })
    })

    test('keeps back a place for critical calls, as long as one was asked for within the last minute', async () => {
      const { quota, ask, take, pass } = await start({ concurrency: 2 })
      const critical = await take(small, true)
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'concurrency' })
      const second = await take(small, true)
      quota.settle(critical, null)
      quota.settle(second, null)
      await pass(MINUTE_MS)
      await take()
      await take()
    })

    test('keeps back no place where there is only one', async () => {
      const { quota, take, pass } = await start({ concurrency: 1 })
      quota.settle(await take(small, true), null)
      await pass(0)
      await take()
    })

    test('keeps back a part of the day for critical calls, once one was asked for', async () => {
      const { ask, take } = await start({ tokens_per_day: 100 })
      await take({ input: 90, output: 0 })
      await take({ input: 3, output: 0 })
      await take({ input: 1, output: 0 }, true)
      expect(await ask()).toMatchObject({ kind: 'wait', by: 'tokens_per_day' })
      await take({ input: 6, output: 0 }, true)
      expect(await ask(small, true)).toMatchObject({ kind: 'wait', by: 'tokens_per_day' })
    })
  })
}

function leaseOf(answer: QuotaAnswer): string {
  if (answer.kind !== 'granted') throw new Error(`not granted: ${JSON.stringify(answer)}`)
  return answer.lease
}

function waitOf(answer: QuotaAnswer): number {
  if (answer.kind !== 'wait') throw new Error(`no wait: ${JSON.stringify(answer)}`)
  return answer.waitMs
}
