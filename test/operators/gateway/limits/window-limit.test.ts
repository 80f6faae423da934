import { describe, expect, test } from 'vitest'
import { windowLimit, type WindowLimit } from '../../../../operators/gateway/limits/window-limit.ts'

const START_MS = 1_700_000_000_000
/** Held in cells of 1 ms, 601 of them. */
const spanMs = 600
const all = { share: 0, untilMs: -Infinity }

function paced(limit: number | null) {
  const window = windowLimit({ limit, spanMs, isPaced: true })
  window.moveTo(START_MS)
  return window
}

function turnMs({ turnAtMs }: WindowLimit): number {
  return turnAtMs - START_MS
}

function charge(window: WindowLimit, atMs: number, { cost = 1, isLate = false } = {}): void {
  window.moveTo(START_MS + atMs)
  window.charge(START_MS + atMs, cost, isLate)
}

describe('the schedule', () => {
  test('starts with a free turn, and gives each cost its part of the window', () => {
    const window = paced(10)
    expect(window.turnAtMs).toBe(-Infinity)
    charge(window, 0)
    expect(turnMs(window)).toBeCloseTo(60.1, 3)
    charge(window, 61, { cost: 3 })
    expect(turnMs(window)).toBeCloseTo(61 + 3 * 60.1, 3)
  })

  test('starts anew at a call that nobody waited for', () => {
    const window = paced(10)
    charge(window, 0)
    charge(window, 80)
    expect(turnMs(window)).toBeCloseTo(80 + 60.1, 3)
  })

  test('catches up what a timer was late, by at most one interval', () => {
    const window = paced(10)
    charge(window, 0)
    charge(window, 80, { isLate: true })
    expect(turnMs(window)).toBeCloseTo(2 * 60.1, 3)
    charge(window, 400, { isLate: true })
    expect(turnMs(window)).toBeCloseTo(400, 3)
  })

  test('goes by what was used, once that is known', () => {
    const window = paced(100)
    charge(window, 0, { cost: 50 })
    window.correct(START_MS, -30)
    expect(turnMs(window)).toBeCloseTo(20 * 6.01, 3)
    window.correct(START_MS, 10)
    expect(turnMs(window)).toBeCloseTo(30 * 6.01, 3)
  })

  test('stretches and shrinks with the limit what is left until the next turn', () => {
    const window = paced(1)
    charge(window, 0)
    window.change(START_MS + 1, 60)
    expect(turnMs(window)).toBeCloseTo(1 + 10, 3)
    window.change(START_MS + 6, 30)
    expect(turnMs(window)).toBeCloseTo(6 + 10, 3)
    window.change(START_MS + 6, null)
    expect(turnMs(window)).toBeCloseTo(6, 3)
    window.change(START_MS + 6, 1)
    expect(turnMs(window)).toBeCloseTo(6, 3)
  })

  test('stays a schedule where a limit of nothing comes and goes', () => {
    const window = paced(10)
    charge(window, 0)
    window.change(START_MS, 0)
    window.correct(START_MS, 1)
    window.change(START_MS, 10)
    expect(turnMs(window)).toBeCloseTo(2 * 60.1, 3)
  })

  test('is none for a limit that is only held to', () => {
    const window = windowLimit({ limit: 10, spanMs, isPaced: false })
    window.moveTo(START_MS)
    for (let call = 0; call < 9; call++) charge(window, 0)
    expect(turnMs(window)).toBe(0)
    expect(window.hasRoomAtMs(1, all)).toBe(-Infinity)
    charge(window, 0)
    expect(window.hasRoomAtMs(1, all)).toBe(START_MS + 601)
  })
})

describe('the room', () => {
  test('is there for all until the limit is used, and again when the oldest has left', () => {
    const window = paced(10)
    charge(window, 0, { cost: 4 })
    charge(window, 100, { cost: 6 })
    expect([0, 1, 4, 5, 10].map(cost => window.hasRoomAtMs(cost, all) - START_MS)).toEqual([
      -Infinity,
      601,
      601,
      701,
      701,
    ])
  })

  test('is never wanting without a limit, and what was sent counts for the limit that comes', () => {
    const window = paced(null)
    charge(window, 0, { cost: 10 })
    expect([window.hasRoomAtMs(1e9, all), window.isBelow(1e9), window.used]).toEqual([-Infinity, false, 10])
    window.change(START_MS, 10)
    expect([window.hasRoomAtMs(1, all) - START_MS, window.isBelow(11), window.isBelow(10)]).toEqual([
      601,
      true,
      false,
    ])
  })

  test('is kept back in part, until that ends or enough has left', () => {
    const window = paced(100)
    charge(window, 0, { cost: 90 })
    charge(window, 50, { cost: 6 })
    const roomMs = (cost: number, untilMs: number) =>
      window.hasRoomAtMs(cost, { share: 0.05, untilMs: START_MS + untilMs }) - START_MS
    expect(roomMs(1, 300)).toBe(300)
    expect(roomMs(1, 900)).toBe(601)
    expect(roomMs(5, 300)).toBe(601)
    // Larger than what is not kept back: it may start when nothing is.
    expect(roomMs(98, 900)).toBe(900)
  })
})
