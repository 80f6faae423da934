import { describe, expect, test } from 'vitest'
import { seededRandom } from '../../../../pipeline/simulator/seeded-random.ts'
import { idealUse } from './ideal-use.ts'
import { LimitedServer, type LimitedServerOptions } from './limited-server.ts'
import { type LearningOptions, playLearning } from './play-learning.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000
const START_MS = 1_700_000_012_345.67

/** A call that is refused more often has used up its retries. */
const RETRIES_MAX = 3

const servers = {
  'fixed windows': { kind: 'fixed', spanMs: MINUTE_MS },
  'a sliding window': { kind: 'sliding', spanMs: MINUTE_MS },
  'a bucket of a minute': { kind: 'bucket', spanMs: MINUTE_MS },
  'a bucket of 10 s': { kind: 'bucket', spanMs: 10_000 },
} as const
const names = Object.keys(servers).flatMap(name => (isName(name) ? [name] : []))
const seeds = [1, 2]
const silent = { headers: 'none', retryAfter: 'none' } as const
const open = { headers: 'true', retryAfter: 'true' } as const
const everyServer = names.flatMap(name => seeds.map(seed => [name, seed] as const))

interface Scene extends Partial<Omit<LearningOptions, 'server'>> {
  readonly server: Partial<LimitedServerOptions>
  /** From when on the server has which limit. */
  readonly limits: readonly (readonly [atMs: number, limit: number])[]
}

/** Plays it, and says what came of it; times are counted from the start. */
function play({ server: changed, limits, ...options }: Scene) {
  const limitAt = (nowMs: number) => limits.findLast(([atMs]) => nowMs >= START_MS + atMs)?.[1] ?? 0
  const minuteMs = options.minuteMs ?? MINUTE_MS
  const kind = { kind: 'sliding', spanMs: minuteMs } as const
  const server = new LimitedServer({ ...kind, minuteMs, limitAt, ...silent, ...changed })
  const { gate, refusalsMost } = playLearning({
    configured: { requests_per_minute: 600 },
    startMs: START_MS,
    lengthMs: 10 * MINUTE_MS,
    seed: 1,
    ...options,
    server,
  })
  const accepted = acceptedUntil(server)
  const perMinute = (fromMs: number, toMs: number) =>
    ((accepted(START_MS + toMs) - accepted(START_MS + fromMs)) * minuteMs) / (toMs - fromMs)
  /** From when on a whole minute goes by in which so much is accepted. */
  const reachedMs = (fromMs: number, least: number) => {
    let atMs = fromMs
    while (atMs < fromMs + 4 * minuteMs && perMinute(atMs, atMs + minuteMs) < least) atMs += minuteMs / 60
    return atMs - fromMs
  }
  return { server, gate, refusalsMost, perMinute, reachedMs }
}

/** What a server has accepted until a time. */
function acceptedUntil({ accepted }: LimitedServer) {
  const sums = [0]
  for (const { cost } of accepted) sums.push((sums.at(-1) ?? 0) + cost)
  return (atMs: number) => {
    let [from, to] = [0, accepted.length]
    while (from < to) {
      const middle = Math.floor((from + to) / 2)
      if ((accepted[middle]?.atMs ?? Infinity) < atMs) from = middle + 1
      else to = middle
    }
    return sums[from] ?? NaN
  }
}

function isName(name: string): name is keyof typeof servers {
  return name in servers
}

describe('the limit goes from 600 to 240 and back (W4)', () => {
  /** The drop comes at another phase of the windows for each seed. Before it there is nothing to learn: 3 minutes of it do. */
  function playDrop(name: keyof typeof servers, seed: number, said: Partial<LimitedServerOptions>) {
    const dropMs = 3 * MINUTE_MS + seed * 7100
    const upMs = dropMs + 10 * MINUTE_MS
    const limits = [[0, 600] as const, [dropMs, 240] as const, [upMs, 600] as const]
    const server = { ...servers[name], ...said }
    return { dropMs, upMs, ...play({ server, limits, seed, lengthMs: upMs + 5 * MINUTE_MS }) }
  }

  test.each(everyServer)('with headers, %s, seed %i: 95 percent within 45 s both ways', (name, seed) => {
    const { server, dropMs, upMs, reachedMs, refusalsMost } = playDrop(name, seed, open)
    expect(reachedMs(dropMs, 0.95 * 240)).toBeLessThanOrEqual(45 * SECOND_MS)
    expect(reachedMs(upMs, 0.95 * 600)).toBeLessThanOrEqual(45 * SECOND_MS)
    expect(server.refusedMs.length).toBeLessThanOrEqual(12)
    expect(refusalsMost).toBeLessThanOrEqual(RETRIES_MAX)
  })

  test.each(
    everyServer.flatMap(([name, seed]) =>
      (['none', 'true'] as const).map(retryAfter => [name, seed, retryAfter] as const),
    ),
  )(
    'without headers, %s, seed %i, Retry-After %s: 90 percent of the lower quota, and back within 180 s',
    (name, seed, retryAfter) => {
      const said = { headers: 'none', retryAfter } as const
      const { server, dropMs, upMs, perMinute, reachedMs, refusalsMost } = playDrop(name, seed, said)
      // A sliding window refuses all for the first 36 s: with even pacing no more than 92 % can be had of it.
      expect(perMinute(dropMs, upMs) / 240).toBeGreaterThanOrEqual(0.89)
      expect(perMinute(dropMs + MINUTE_MS, upMs) / 240).toBeGreaterThanOrEqual(0.9)
      expect(reachedMs(upMs, 0.95 * 600)).toBeLessThanOrEqual(180 * SECOND_MS)
      expect(server.refusedMs.length).toBeLessThanOrEqual(20)
      expect(refusalsMost).toBeLessThanOrEqual(RETRIES_MAX)
    },
  )

  test.each(seeds)('without headers, a bucket of a second, seed %i: 85 percent of the lower quota', seed => {
    const bucket = { kind: 'bucket', spanMs: SECOND_MS } as const
    const { server, dropMs, upMs, perMinute, reachedMs } = playDrop('a bucket of 10 s', seed, bucket)
    expect(perMinute(dropMs, upMs) / 240).toBeGreaterThanOrEqual(0.85)
    expect(reachedMs(upMs, 0.95 * 600)).toBeLessThanOrEqual(180 * SECOND_MS)
    expect(server.refusedMs.length).toBeLessThanOrEqual(20)
  })
})

describe('the limit is 240 and not 600 from the start (W5)', () => {
  const kinds = [...Object.values(servers), { kind: 'bucket', spanMs: SECOND_MS } as const]
  const cases = kinds.flatMap(({ kind, spanMs }) =>
    (['none', 'true'] as const).flatMap(retryAfter =>
      (['none', 'true'] as const).map(headers => [{ kind, spanMs, retryAfter, headers }] as const),
    ),
  )

  test.each(cases)('95 percent of it are used after 5 minutes: %j', server => {
    const { perMinute, refusalsMost, ...played } = play({ server, limits: [[0, 240]] })
    expect(perMinute(5 * MINUTE_MS, 10 * MINUTE_MS) / 240).toBeGreaterThanOrEqual(0.95)
    expect(played.server.refusedMs.length).toBeLessThanOrEqual(20)
    expect(refusalsMost).toBeLessThanOrEqual(RETRIES_MAX)
  })
})

describe('others take 30 % (W6)', () => {
  const [fromMs, toMs] = [5 * MINUTE_MS, 15 * MINUTE_MS]
  const gaps = {
    evenly: (random: () => number) => (MINUTE_MS / 180) * (0.8 + 0.4 * random()),
    'by chance': (random: () => number) => -Math.log(1 - random()) * (MINUTE_MS / 180),
  }

  function drawOthers(gapMs: (random: () => number) => number, seed: number) {
    const random = seededRandom(100 + seed)
    const othersMs: number[] = []
    for (let atMs = 0; atMs < toMs; atMs += gapMs(random)) othersMs.push(atMs)
    const asked = othersMs.filter(atMs => atMs >= fromMs).length
    return { othersMs, asked, left: (600 * (toMs - fromMs)) / MINUTE_MS - asked }
  }

  function playOthers(name: keyof typeof servers, how: keyof typeof gaps, seed: number) {
    const { othersMs, asked, left } = drawOthers(gaps[how], seed)
    const { server, perMinute, refusalsMost } = play({
      server: { ...servers[name], ...open },
      limits: [[0, 600]],
      othersMs,
      lengthMs: toMs,
      seed,
    })
    const used = (perMinute(fromMs, toMs) * (toMs - fromMs)) / MINUTE_MS
    const refused = server.othersRefusedMs.filter(atMs => atMs >= START_MS + fromMs).length
    return { share: used / left, refusedShare: refused / asked, refusalsMost }
  }

  test.each(names)(
    'evenly, of %s: 95 percent of what they leave are used, and none of them refused',
    name => {
      const { share, refusedShare, refusalsMost } = playOthers(name, 'evenly', 1)
      expect(share).toBeGreaterThanOrEqual(0.95)
      expect(refusedShare).toBe(0)
      expect(refusalsMost).toBeLessThanOrEqual(RETRIES_MAX)
    },
  )

  test.each(everyServer)(
    'by chance, of %s, seed %i: 95 percent of what they leave are used, and next to none of them refused',
    (name, seed) => {
      const { share, refusedShare, refusalsMost } = playOthers(name, 'by chance', seed)
      expect(share).toBeGreaterThanOrEqual(0.95)
      expect(refusedShare).toBeLessThanOrEqual(0.02)
      expect(refusalsMost).toBeLessThanOrEqual(RETRIES_MAX)
    },
  )

  test.each([1, 2, 3, 4, 5])(
    'by chance, seed %i: who knows all their calls beforehand could use all, and an even pace 90 to 94 percent',
    seed => {
      const { othersMs, left } = drawOthers(gaps['by chance'], seed)
      const { knowingAll, evenly } = idealUse({ othersMs, limit: 600, windowMs: MINUTE_MS, fromMs, toMs })
      expect(knowingAll / left).toBeCloseTo(1, 2)
      expect(evenly / left).toBeGreaterThanOrEqual(0.9)
      expect(evenly / left).toBeLessThanOrEqual(0.94)
    },
  )

  test('until they stop: then all is used', () => {
    const othersMs = Array.from({ length: 900 }, (_, call) => call * (MINUTE_MS / 180))
    const server = { ...servers['a sliding window'], ...open }
    const { perMinute } = play({ server, limits: [[0, 600]], othersMs })
    expect(perMinute(7 * MINUTE_MS, 10 * MINUTE_MS) / 600).toBeGreaterThanOrEqual(0.97)
  })
})

test('sends nothing for 300 s where the provider asks for it, and then one call before all others (W11)', () => {
  const limits = [
    [0, 600],
    [2 * MINUTE_MS, 240],
  ] as const
  const { server, refusalsMost } = play({ server: { retryAfter: 300_000 }, limits })
  const [first = NaN] = server.refusedMs
  const burst = server.refusedMs.filter(atMs => atMs < first + SECOND_MS)
  const later = [...server.accepted.map(({ atMs }) => atMs), ...server.refusedMs]
    .filter(atMs => atMs >= first + SECOND_MS)
    .toSorted((a, b) => a - b)
  const [canary = NaN, next = NaN] = later
  expect(burst.length).toBeLessThanOrEqual(3)
  expect(canary - first).toBeGreaterThanOrEqual(300 * SECOND_MS)
  expect(canary - first).toBeLessThanOrEqual(301 * SECOND_MS)
  expect(next - canary).toBeGreaterThanOrEqual(500)
  expect(refusalsMost).toBe(1)
})

describe('what else is learned', () => {
  test.each(seeds)(
    'that headers count in another unit, seed %i: 97 percent are used, and nothing is refused',
    seed => {
      const server = { headers: 'of 10 s' } as const
      const { perMinute, ...played } = play({ server, limits: [[0, 600]], seed })
      expect(perMinute(4 * MINUTE_MS, 10 * MINUTE_MS) / 600).toBeGreaterThanOrEqual(0.97)
      expect(played.server.refusedMs).toHaveLength(0)
    },
  )

  test.each(names)('how many tokens there are: %s', name => {
    const server = { ...servers[name], limitName: 'tokens_per_minute' } as const
    const { perMinute, ...played } = play({
      server,
      limits: [[0, 240_000]],
      configured: { tokens_per_minute: 600_000, requests_per_minute: 10_000 },
      tokensOf: random => ({ input: 500 + Math.floor(1000 * random()), output: 20 }),
    })
    expect(perMinute(5 * MINUTE_MS, 10 * MINUTE_MS) / 240_000).toBeGreaterThanOrEqual(0.94)
    expect(played.server.refusedMs.length).toBeLessThanOrEqual(20)
    expect(played.gate.quota.limits.requests_per_minute).toBe(10_000)
  })

  test('how many places there are', () => {
    const playPlaces = (concurrency: number) =>
      play({ server: { placesMax: 64 }, limits: [[0, 1e9]], configured: { concurrency }, callers: 300 })
    const { server, gate, perMinute } = playPlaces(100)
    const best = playPlaces(64).perMinute(5 * MINUTE_MS, 10 * MINUTE_MS)
    expect(perMinute(5 * MINUTE_MS, 10 * MINUTE_MS) / best).toBeGreaterThanOrEqual(0.95)
    expect(gate.limits.evidence.concurrency.learned?.limit).toBeLessThanOrEqual(70)
    // At the start all 100 are sent at once.
    expect(server.refusedMs.length).toBeLessThanOrEqual(36 + 12)
  })

  test.each(names)('in windows of 10 s: %s', name => {
    const minuteMs = 10_000
    const { kind, spanMs } = servers[name]
    const { perMinute, reachedMs } = play({
      server: { kind, spanMs: spanMs / 6 },
      minuteMs,
      limits: [
        [0, 600],
        [3 * minuteMs, 240],
        [13 * minuteMs, 600],
      ],
      lengthMs: 18 * minuteMs,
    })
    expect(perMinute(4 * minuteMs, 13 * minuteMs) / 240).toBeGreaterThanOrEqual(0.9)
    expect(reachedMs(13 * minuteMs, 0.95 * 600)).toBeLessThanOrEqual(3 * minuteMs)
  })

  test.each(names)('from calls that take 15 s: %s', name => {
    const server = servers[name]
    const { perMinute } = play({ server, limits: [[0, 240]], callMs: 15_000, callers: 200 })
    expect(perMinute(5 * MINUTE_MS, 10 * MINUTE_MS) / 240).toBeGreaterThanOrEqual(0.95)
  })
})
