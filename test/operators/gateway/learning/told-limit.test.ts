import { describe, expect, test } from 'vitest'
import { ToldLimit } from '../../../../operators/gateway/learning/told-limit.ts'

const CONFIGURED = 600

function told(limit: number, remaining: number | null = null) {
  return { limit, remaining, resetMs: null }
}

describe('reads a limit', () => {
  test('once, and again when it is another', () => {
    const limit = new ToldLimit(60_000)
    const read = (sentMs: number, value: number) => limit.read(told(value), { sentMs, sent: 0 }, CONFIGURED)
    expect([read(0, 240), read(1, 240), read(2, 300), read(3, 240)]).toEqual([240, null, 300, 240])
  })

  test('from the newest request, in whatever order the answers come', () => {
    const limit = new ToldLimit(60_000)
    expect(limit.read(told(240), { sentMs: 2, sent: 0 }, CONFIGURED)).toBe(240)
    expect(limit.read(told(600), { sentMs: 1, sent: 0 }, CONFIGURED)).toBeNull()
    expect(limit.read(told(240), { sentMs: 3, sent: 0 }, CONFIGURED)).toBeNull()
  })
})

describe('lets more be tried', () => {
  test('than a limit that is below the configured one', () => {
    const limit = new ToldLimit(60_000)
    limit.read(told(240), { sentMs: 0, sent: 1 }, CONFIGURED)
    expect(limit.ceiling).toBe(Infinity)
  })

  test.each([600, 601, 36_000])('but not once it was as high as that: %i', value => {
    const limit = new ToldLimit(60_000)
    limit.read(told(value), { sentMs: 0, sent: 1 }, CONFIGURED)
    expect(limit.ceiling).toBe(value)
    limit.read(told(240), { sentMs: 1, sent: 1 }, CONFIGURED)
    expect(limit.ceiling).toBe(240)
  })

  test.each([
    [191, Infinity],
    [192, 240],
  ])('nor once calls were refused at it: at %i of 240', (sent, ceiling) => {
    const limit = new ToldLimit(60_000)
    limit.read(told(240), { sentMs: 0, sent: 1 }, CONFIGURED)
    limit.refused(sent)
    expect(limit.ceiling).toBe(ceiling)
  })

  test('and believes nothing more where more than twice of it was accepted: that is another unit', () => {
    const limit = new ToldLimit(60_000)
    limit.read(told(100), { sentMs: 0, sent: 1 }, CONFIGURED)
    limit.exceeded(220)
    expect(limit.read(told(90), { sentMs: 1, sent: 1 }, CONFIGURED)).toBe(90)
    limit.exceeded(221)
    expect(limit.read(told(40), { sentMs: 2, sent: 1 }, CONFIGURED)).toBeNull()
    limit.refused(221)
    expect(limit.ceiling).toBe(Infinity)
  })

  test('where nothing is configured, too', () => {
    const limit = new ToldLimit(60_000)
    expect(limit.read(told(240), { sentMs: 0, sent: 1 }, null)).toBe(240)
    expect(limit.ceiling).toBe(Infinity)
  })
})

describe('sees what others use', () => {
  function after(remaining: number | null, sent: number, configured = CONFIGURED) {
    const limit = new ToldLimit(60_000)
    limit.read(told(600, remaining), { sentMs: 0, sent }, configured)
    return limit
  }

  test.each([
    ['nothing', 480, 120, Infinity],
    ['nothing, by so little that it may be noise', 468, 120, Infinity],
    ['so much that it is none', 467, 120, 587],
    ['a third', 280, 120, 400],
    ['all, of which a tenth is tried all the same', 0, 1, 60],
    ['nothing that it says', null, 1, Infinity],
  ])('%s', (_, remaining, sent, left) => {
    expect(after(remaining, sent).left).toBe(left)
  })

  test('only where the limit is believed: of another unit, nothing is left to compare', () => {
    expect(after(10, 1, 1000).left).toBe(Infinity)
  })

  test('until they have stopped', () => {
    const limit = after(280, 120)
    expect(limit.usedByOthers).toBe(200)
    limit.read(told(600, 480), { sentMs: 1, sent: 120 }, CONFIGURED)
    expect(limit.left).toBe(Infinity)
    expect(limit.usedByOthers).toBe(0)
  })
})

describe('where all of a window is forgotten at once', () => {
  const limit = 600

  /** At 1 s from the end of each window 600 of it were used, 420 of them sent here, and at 1 s of the next 10. */
  function afterWindows(count: number) {
    const seen = new ToldLimit(60_000)
    for (let window = 1; window <= count; window++) {
      seen.read(told(limit, 0), { sentMs: window * 60_000 - 1000, sent: 420 }, CONFIGURED)
      seen.read(told(limit, 590), { sentMs: window * 60_000 + 1000, sent: 420 }, CONFIGURED)
    }
    return seen
  }

  test('takes what others used in the window before for what they will use in this one', () => {
    expect(afterWindows(1).left).toBe(420)
    expect(afterWindows(5).left).toBe(420)
  })

  test('sees at once that they use more', () => {
    const seen = afterWindows(1)
    seen.read(told(limit, 80), { sentMs: 110_000, sent: 320 }, CONFIGURED)
    expect(seen.usedByOthers).toBe(200)
  })

  test('and after one whole window that they have stopped', () => {
    const seen = afterWindows(2)
    const readAt = (sentMs: number, remaining: number) => {
      seen.read(told(limit, remaining), { sentMs, sent: 420 }, CONFIGURED)
      return seen.usedByOthers
    }
    expect(readAt(179_000, 180)).toBe(180)
    expect(readAt(181_000, 590)).toBe(0)
  })

  test('not any more once no window has begun for one and a half of them', () => {
    const seen = afterWindows(1)
    seen.read(told(limit, 480), { sentMs: 151_000, sent: 100 }, CONFIGURED)
    expect(seen.usedByOthers).toBe(180)
    seen.read(told(limit, 480), { sentMs: 151_001, sent: 100 }, CONFIGURED)
    expect(seen.usedByOthers).toBe(20)
  })

  test.each([
    ['less was used for a long time', 600, 14_000],
    ['the limit is another', 1000, 2000],
  ])('not where %s', (_, before, afterMs) => {
    const seen = new ToldLimit(60_000)
    seen.read(told(before, 0), { sentMs: 0, sent: before - 180 }, CONFIGURED)
    seen.read(told(limit, 590), { sentMs: afterMs + 1000, sent: 1 }, CONFIGURED)
    expect(seen.usedByOthers).toBe(0)
  })
})
