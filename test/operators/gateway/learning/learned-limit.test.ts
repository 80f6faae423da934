import { describe, expect, test } from 'vitest'
import { LearnedLimit, type LimitRefusal } from '../../../../operators/gateway/learning/learned-limit.ts'

const SECOND_MS = 1000
const MINUTE_MS = 60_000

function limitOf(configured: number | null) {
  return new LearnedLimit({ configured, windowMs: MINUTE_MS })
}

function told(limit: number, remaining: number | null = null) {
  return { limit, remaining, resetMs: null }
}

/** Refused for a second at so much, and then accepted again. */
function refusedAt(nowMs: number, sent: number): LimitRefusal {
  return {
    nowMs,
    refusedMs: nowMs - SECOND_MS,
    holdMs: SECOND_MS,
    ageMs: 10 * MINUTE_MS,
    sentAtFirst: sent,
    sentBefore: sent,
    sent,
    pace: null,
    isTimed: false,
    places: null,
  }
}

/** Held to 240 of 600 since the beginning, as a window has it. */
function learned() {
  const limit = limitOf(600)
  limit.lower({ ...refusedAt(0, 240), refusedMs: -40_000, holdMs: 40_000 })
  return limit
}

/** Sends a call each second, all of the limit used; returns what was held to at each. */
function saturate(limit: LearnedLimit, fromMs: number, seconds: number) {
  return Array.from({ length: seconds }, (_, second) => {
    limit.raise(fromMs + second * SECOND_MS, limit.limit ?? 0)
    return limit.limit
  })
}

describe('what a provider tells', () => {
  test('is held to at once, in both directions, up to what is configured', () => {
    const limit = limitOf(600)
    const heldTo = [600, 240, 300, 600, 1000].map((value, index) => {
      limit.read(told(value), { sentMs: index, sent: 1 }, index)
      return limit.limit
    })
    expect(heldTo).toEqual([600, 240, 300, 600, 600])
    expect(limit.learned).toBeNull()
  })

  test('is held to where nothing is configured', () => {
    const limit = limitOf(null)
    expect(limit.limit).toBeNull()
    limit.read(told(240), { sentMs: 0, sent: 1 }, 5)
    expect(limit.learned).toEqual({ limit: 240, sinceMs: 5, why: 'told' })
  })

  test('is lowered by what others use, and that is not learned', () => {
    const limit = limitOf(600)
    limit.read(told(600, 280.5), { sentMs: 0, sent: 120 }, 0)
    expect(limit.limit).toBe(400)
    expect(limit.learned).toBeNull()
    expect(limit.usedByOthers).toBe(199.5)
  })

  test('is held to also where more is configured later', () => {
    const limit = limitOf(400)
    limit.read(told(600), { sentMs: 0, sent: 1 }, 0)
    limit.configure(1000)
    expect(limit.limit).toBe(600)
  })

  test('makes what was refused before it came mean nothing', () => {
    const limit = limitOf(600)
    limit.read(told(240), { sentMs: 900, sent: 590 }, 1000)
    limit.lower({ ...refusedAt(2000, 590), refusedMs: 1000 })
    expect(limit.limit).toBe(240)
    limit.lower({ ...refusedAt(3000, 240), refusedMs: 1001 })
    expect(limit.limit).toBe(223)
  })

  test('is the most that is tried after it was refused', () => {
    const limit = limitOf(600)
    limit.read(told(240), { sentMs: 0, sent: 1 }, 0)
    saturate(limit, MINUTE_MS, 20)
    expect(limit.limit).toBe(268)
    limit.lower(refusedAt(80_000, 260))
    expect(limit.limit).toBe(240)
    saturate(limit, 2 * MINUTE_MS, 1000)
    expect(limit.limit).toBe(240)
  })
})

describe('a refusal', () => {
  test('lowers the limit, and says why and since when', () => {
    const limit = limitOf(600)
    limit.lower(refusedAt(5000, 600))
    expect(limit.learned).toEqual({ limit: 558, sinceMs: 5000, why: 'refused' })
    expect(learned().learned).toEqual({ limit: 240, sinceMs: 0, why: 'window' })
  })

  test('teaches a limit where none is configured', () => {
    const limit = limitOf(null)
    limit.lower(refusedAt(0, 100))
    expect(limit.limit).toBe(93)
  })

  test('for its place says how many there are', () => {
    const limit = limitOf(100)
    limit.lower({ ...refusedAt(0, 65), places: 64 })
    expect(limit.learned).toEqual({ limit: 64, sinceMs: 0, why: 'refused' })
  })

  test.each([
    [1, 1],
    [500, 500],
  ])('never lowers it below the least, %i', (min, expected) => {
    const limit = limitOf(600)
    limit.needs(min)
    for (let index = 1; index <= 100; index++) limit.lower(refusedAt(index * MINUTE_MS, 1))
    expect(limit.limit).toBe(expected)
  })

  test('of one that is known to count in windows teaches what was in the window, also after a short hold', () => {
    const limit = learned()
    limit.lower(refusedAt(5 * MINUTE_MS, 235))
    expect(limit.limit).toBe(232)
  })
})

describe('more is tried', () => {
  test('after a minute without a refusal: 3 %, and twice as much more each 8 s, up to what is configured', () => {
    const heldTo = saturate(learned(), 0, 110)
    expect(heldTo.slice(0, 60)).toEqual(Array.from({ length: 60 }, () => 240))
    expect([60, 67, 68, 76, 84, 92, 100, 107, 108].map(second => heldTo[second])).toEqual([
      247, 247, 254, 268, 297, 355, 470, 470, 600,
    ])
  })

  test('and it is known since when, and why', () => {
    const limit = learned()
    saturate(limit, MINUTE_MS, 1)
    expect(limit.learned).toEqual({ limit: 247, sinceMs: MINUTE_MS, why: 'probed' })
  })

  test('by one at least, of small limits', () => {
    const limit = limitOf(10)
    limit.lower({ ...refusedAt(0, 5), places: 4 })
    expect(saturate(limit, MINUTE_MS, 9)).toEqual([5, 5, 5, 5, 5, 5, 5, 5, 6])
  })

  test('only where it is used', () => {
    const limit = learned()
    for (let second = 0; second < 600; second++) limit.raise(second * SECOND_MS, 0.84 * 240)
    expect(limit.limit).toBe(240)
  })

  test('not where nothing was learned', () => {
    const limit = limitOf(null)
    saturate(limit, 0, 600)
    expect(limit.limit).toBeNull()
  })

  test('and when that is refused, what was held to before is held to again', () => {
    const limit = learned()
    saturate(limit, MINUTE_MS, 30)
    expect(limit.limit).toBe(297)
    limit.lower(refusedAt(90_000, 238))
    expect(limit.limit).toBe(240)
  })

  test('or what was accepted, where that is more', () => {
    const limit = learned()
    saturate(limit, MINUTE_MS, 30)
    limit.lower(refusedAt(90_000, 250))
    expect(limit.limit).toBe(250)
  })

  test('half as often after each time that was refused, but each two minutes', () => {
    const limit = learned()
    const waits: number[] = []
    let nowMs = 0
    for (let failed = 0; failed < 4; failed++) {
      const sinceMs = nowMs
      do {
        nowMs += SECOND_MS
        limit.raise(nowMs, 240)
      } while (limit.limit === 240)
      waits.push(nowMs - sinceMs)
      limit.lower(refusedAt(nowMs, 238))
    }
    expect(waits).toEqual([60_000, 120_000, 120_000, 120_000])
  })

  test('as often as at first after it turned out that there is more', () => {
    const limit = learned()
    saturate(limit, MINUTE_MS, 1)
    limit.lower(refusedAt(MINUTE_MS, 238))
    saturate(limit, 3 * MINUTE_MS, 40)
    limit.lower(refusedAt(4 * MINUTE_MS, 300))
    expect(limit.limit).toBe(300)
    saturate(limit, 5 * MINUTE_MS, 1)
    expect(limit.limit).toBe(309)
  })
})

describe('what was learned before', () => {
  const before = { limit: 240, sinceMs: -5000, why: 'window' } as const

  test('is held to, and more is tried after a minute', () => {
    const limit = limitOf(600)
    limit.restore(before, 0)
    expect(limit.learned).toEqual(before)
    expect(saturate(limit, 59_000, 2)).toEqual([240, 247])
  })

  test('is nothing where less is configured now', () => {
    const limit = limitOf(200)
    limit.restore(before, 0)
    expect([limit.limit, limit.learned]).toEqual([200, null])
  })

  test('is nothing against what the provider has told since', () => {
    const limit = limitOf(600)
    limit.read(told(600), { sentMs: 0, sent: 1 }, 1)
    limit.restore(before, 2)
    expect(limit.limit).toBe(600)
  })
})
