import { of, type SchedulerLike } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { localQuota, type LocalQuotaOptions } from '../../../operators/gateway/local-quota.ts'
import type { Quota, QuotaLimits, TokenUse } from '../../../operators/gateway/quota.ts'
import { seededRandom } from '../../../pipeline/simulator/seeded-random.ts'
import { FIRST_WINDOW_MS, playWorkload, START_MS } from './play-workload.ts'
import { type VirtualServer, virtualServer, type VirtualServerOptions } from './virtual-server.ts'
import { noLimits } from '../../support/no-limits.ts'

const MINUTE_MS = 60_000
/** The first window is not counted, ten are. */
const lengthMs = 11 * MINUTE_MS
const seed = 7

const profiles: readonly (readonly [string, VirtualServerOptions])[] = [
  ['P1, fixed windows', { kind: 'fixed', limit: 600, spanMs: MINUTE_MS }],
  ['P2, a sliding window', { kind: 'sliding', limit: 600, spanMs: MINUTE_MS }],
  [
    'P3, a sliding window in which refusals count',
    { kind: 'sliding', limit: 600, spanMs: MINUTE_MS, refusalsCount: true },
  ],
  ['P4, a bucket of a minute', { kind: 'bucket', limit: 600, spanMs: MINUTE_MS }],
  ['P5, a bucket of 10 s', { kind: 'bucket', limit: 100, spanMs: 10_000 }],
  ['P6, a bucket of a second', { kind: 'bucket', limit: 10, spanMs: 1000 }],
]

function quotaOf(limits: Partial<QuotaLimits>, charge: LocalQuotaOptions['charge'] = 'settle') {
  return (clock: SchedulerLike) =>
    localQuota({ clock, limits: { ...noLimits, ...limits }, jitterMs: 1000, leaseMs: 60_000, charge })
}

const sixHundred = quotaOf({ requests_per_minute: 600 })

/** What was used of the quota after the first window. */
function goodput({ accepted }: VirtualServer, perMinute: number): number {
  const counted = accepted.filter(({ atMs }) => atMs >= START_MS + FIRST_WINDOW_MS)
  const windows = (lengthMs - FIRST_WINDOW_MS) / MINUTE_MS
  return counted.reduce((sum, { cost }) => sum + cost, 0) / (perMinute * windows)
}

describe('always one call waiting (W1)', () => {
  test.each(profiles)('uses 97 % of %s, and nothing is refused', (_, profile) => {
    const server = virtualServer(profile)
    playWorkload({ quotaOf: sixHundred, server, lengthMs, seed })
    expect(server.refused).toBe(0)
    expect(goodput(server, 600)).toBeGreaterThanOrEqual(0.97)
  })

  test('uses 97 % of P9, 64 places, and nothing is refused', () => {
    // Of a place is used what lies between the sending and the answer: only then its caller knows that it is free.
    const server = virtualServer({ kind: 'sliding', limit: 1e9, spanMs: MINUTE_MS, concurrencyMax: 64 })
    const { inFlight } = playWorkload({ quotaOf: quotaOf({ concurrency: 64 }), server, lengthMs, seed })
    expect(server.refused).toBe(0)
    expect(inFlight / 64).toBeGreaterThanOrEqual(0.97)
  })

  test.each([
    ['P7, tokens charged as they are asked for', 'sliding', 'estimate'],
    ['P8, tokens charged as they are used in the end', 'settled', 'settle'],
  ] as const)('uses 95 % of %s, and nothing is refused', (_, kind, charge) => {
    const limit = 600_000
    const server = virtualServer({
      kind,
      limit,
      spanMs: MINUTE_MS,
      costOf: ({ input, output }) => input + output,
    })
    playWorkload({
      quotaOf: quotaOf({ tokens_per_minute: limit }, charge),
      server,
      lengthMs,
      seed,
      tokensOf: drawTokens,
    })
    expect(server.refused).toBe(0)
    expect(goodput(server, limit)).toBeGreaterThanOrEqual(0.95)
  })

  test.each(profiles)('is refused by %s where no quota is kept', (_, profile) => {
    const server = virtualServer(profile)
    const askedMs = Array.from({ length: 700 }, (_, call) => call * 10)
    playWorkload({ quotaOf: () => unlimited, server, lengthMs, askedMs, seed })
    expect(server.refused).toBeGreaterThan(0)
  })
})

describe('calls that come by chance, 80 % of the quota (W2)', () => {
  const askedMs = poisson(480)

  test.each(profiles)('nothing is refused by %s, and the wait is short', (_, profile) => {
    const server = virtualServer(profile)
    const { sentMs } = playWorkload({ quotaOf: sixHundred, server, lengthMs, askedMs, seed })
    expect(server.refused).toBe(0)
    const waited = sentMs.map((atMs, call) => atMs - (askedMs[call] ?? Infinity))
    expect(p99(waited)).toBeLessThanOrEqual(2 * p99(queued(askedMs, MINUTE_MS / 600)))
  })
})

describe('three minutes of the quota at once, after silence (W3)', () => {
  const idleMs = 3 * MINUTE_MS
  const askedMs = [0, ...Array.from({ length: 1800 }, () => idleMs)]

  test.each(profiles)('nothing is refused by %s, and 97 % of it is used', (_, profile) => {
    const server = virtualServer(profile)
    const { sentMs } = playWorkload({ quotaOf: sixHundred, server, lengthMs, askedMs, seed })
    expect(server.refused).toBe(0)
    expect(sentMs).toHaveLength(askedMs.length)
    expect(sentMs[1]).toBeCloseTo(idleMs)
    expect(Math.max(...sentMs) - idleMs).toBeLessThanOrEqual((3 * MINUTE_MS) / 0.97)
  })
})

const unlimited: Quota = {
  ...sixHundred({ now: () => 0, schedule: () => expect.unreachable() }),
  take: () => of({ kind: 'granted', lease: '' }),
}

function drawTokens(random: () => number) {
  const input = 200 + Math.floor(2000 * random() ** 2)
  const used: TokenUse = { input, output: 20 + Math.floor(100 * random()) }
  return { used, estimated: { input: Math.ceil(input * 1.3), output: 300 } }
}

/** When calls are asked for that come so often a minute, up to one minute before the end. */
function poisson(perMinute: number): readonly number[] {
  const random = seededRandom(seed)
  const askedMs: number[] = []
  for (let atMs = 0; atMs < lengthMs - MINUTE_MS;) {
    atMs -= Math.log(1 - random()) * (MINUTE_MS / perMinute)
    askedMs.push(atMs)
  }
  return askedMs
}

/** How long each waits in a queue that lets one go after every interval (M/D/1). */
function queued(askedMs: readonly number[], intervalMs: number): readonly number[] {
  let freeMs = 0
  return askedMs.map(atMs => {
    const startMs = Math.max(atMs, freeMs)
    freeMs = startMs + intervalMs
    return startMs - atMs
  })
}

function p99(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? NaN
}
