import { describe, expect, test } from 'vitest'
import { Quiet, type SentCall } from '../../../../operators/gateway/learning/quiet.ts'
import { useOf } from './use-of.ts'

const MINUTE_MS = 60_000
const REFUSAL_MS = 70

function play() {
  const quiet = new Quiet(MINUTE_MS)
  let calls = 0
  const send = (sentMs: number, concurrency = 1): SentCall => {
    const call = { number: ++calls, sentMs, used: useOf({ concurrency }), refused: quiet.refusals }
    quiet.sent(call)
    return call
  }
  const refuse = (call: SentCall, retryAfterMs?: number) => {
    quiet.refused({ call, nowMs: call.sentMs + REFUSAL_MS, retryAfterMs })
  }
  /** Sends and refuses one canary after another, each as soon as it may be sent; returns when they were sent. */
  const refuseCanaries = (count: number, fromMs: number) => {
    let nowMs = fromMs
    return Array.from({ length: count }, () => {
      nowMs += quiet.closedMs(nowMs)
      refuse(send(nowMs))
      return nowMs
    })
  }
  return { quiet, send, refuse, refuseCanaries }
}

/** One second after a minute of the clock began. */
const T = 1000 * MINUTE_MS + 1000

describe('closes', () => {
  test('not before a call is refused', () => {
    const { quiet, send } = play()
    expect(quiet.accepted(send(T))).toBeNull()
    expect(quiet.closedMs(T)).toBe(0)
  })

  test('for a second where the provider does not say how long', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T))
    expect(quiet.closedMs(T + REFUSAL_MS)).toBe(1000)
    expect(quiet.closedMs(T + REFUSAL_MS + 999)).toBe(1)
    expect(quiet.closedMs(T + REFUSAL_MS + 1000)).toBe(0)
  })

  test('for as long as the provider says, also 300 s', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T), 300_000)
    expect(quiet.closedMs(T + REFUSAL_MS)).toBe(300_000)
    expect(quiet.closedMs(T + REFUSAL_MS + 299_999)).toBe(1)
  })

  test('for the longest of what the provider says to the calls of one burst', () => {
    const { quiet, send, refuse } = play()
    const calls = [send(T), send(T), send(T), send(T)]
    for (const [index, retryAfterMs] of [20_000, 30_000, 10_000, undefined].entries())
      refuse(calls[index] ?? send(T), retryAfterMs)
    expect(quiet.closedMs(T + REFUSAL_MS)).toBe(30_000)
    expect(quiet.refusals).toBe(4)
  })
})

describe('sends one canary', () => {
  test('and no other call before that was accepted, or is out for longer than a refusal takes', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T))
    const canary = send(T + 1100)
    expect(quiet.closedMs(T + 1100)).toBe(1000)
    expect(quiet.outlasted(T + 2099)).toBeNull()
    expect(quiet.outlasted(T + 2100)).toMatchObject({ through: canary, refused: 1 })
    expect(quiet.refusals).toBe(0)
  })

  test('and waits longer for it where refusals take longer, up to a quarter of the window', () => {
    for (const [refusalMs, patienceMs] of [
      [200, 1000],
      [600, 2400],
      [20_000, 15_000],
    ] as const) {
      const { quiet, send } = play()
      quiet.refused({ call: send(T), nowMs: T + refusalMs, retryAfterMs: undefined })
      const sentMs = T + refusalMs + 1000
      send(sentMs)
      expect(quiet.closedMs(sentMs)).toBe(patienceMs)
    }
  })

  test('and opens when it is accepted, not when another call is', () => {
    const { quiet, send, refuse } = play()
    const before = send(T - 10)
    const first = send(T)
    refuse(first)
    const canary = send(T + 1100)
    expect(quiet.accepted(before)).toBeNull()
    expect(quiet.accepted(canary)).toMatchObject({
      first,
      last: first,
      through: canary,
      refused: 1,
      isTimed: false,
    })
    expect(quiet.closedMs(T + 1200)).toBe(0)
    expect(quiet.accepted(canary)).toBeNull()
  })

  test('and after it the next, half as long again later each time, up to 5 s', () => {
    const { send, refuse, refuseCanaries } = play()
    refuse(send(T))
    const sentMs = [T, ...refuseCanaries(7, T + REFUSAL_MS)]
    const gapsMs = sentMs.slice(1).map((atMs, index) => atMs - REFUSAL_MS - (sentMs[index] ?? NaN))
    expect(gapsMs).toEqual([1000, 1500, 2250, 3375, 5000, 5000, 5000])
  })

  test('less and less often where it takes longer than any window: a hundred in two days', () => {
    const { quiet, send, refuse, refuseCanaries } = play()
    refuse(send(T))
    const sentMs = refuseCanaries(100, T + REFUSAL_MS)
    expect((sentMs.at(-1) ?? NaN) - T).toBeGreaterThan(2 * 86_400_000)
    expect(quiet.refusals).toBe(101)
  })

  test('at most once a second where the provider says again and again that it is open', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T), 0)
    const canary = send(T + REFUSAL_MS)
    refuse(canary, 0)
    expect(quiet.closedMs(T + 2 * REFUSAL_MS)).toBe(1000)
  })

  test('and another when that ended without an answer', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T))
    const canary = send(T + 1100)
    quiet.ended(canary, T + 1300)
    expect(quiet.closedMs(T + 1300)).toBe(1000)
    expect(quiet.outlasted(T + 9000)).toBeNull()
    const next = send(T + 2300)
    expect(quiet.accepted(canary)).toBeNull()
    expect(quiet.accepted(next)).toMatchObject({ through: next })
  })

  test('which the end of another call leaves out', () => {
    const { quiet, send, refuse } = play()
    const other = send(T)
    refuse(send(T))
    const canary = send(T + 1100)
    quiet.ended(other, T + 1200)
    expect(quiet.accepted(canary)).not.toBeNull()
  })
})

describe('knows a burst', () => {
  test('by its first call, the last canary that was refused, and how many were', () => {
    const { quiet, send, refuse } = play()
    const first = send(T)
    refuse(first)
    const last = send(T + 1100)
    refuse(last)
    const through = send(T + 3000)
    expect(quiet.accepted(through)).toMatchObject({ first, last, through, refused: 2, isTimed: false })
  })

  test('by how many calls there were at once, without those that were refused, in whatever order they came', () => {
    const { quiet, send, refuse } = play()
    const calls = [1, 2, 3, 4, 5, 6].map(inFlight => send(T, inFlight))
    for (const call of [calls[2], calls[5], calls[3]]) if (call !== undefined) refuse(call)
    refuse(send(T + 1100, 3))
    expect(quiet.accepted(send(T + 3000, 1))).toMatchObject({ refused: 4, places: 3 })
  })

  test('to have ended in time where the provider said when', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T))
    refuse(send(T + 1100), 20_000)
    expect(quiet.accepted(send(T + 22_000))).toMatchObject({ isTimed: true })
  })

  test('from calls that were sent before the last one was over: those close nothing', () => {
    const { quiet, send, refuse } = play()
    const late = send(T)
    refuse(send(T))
    quiet.accepted(send(T + 1100))
    refuse(late)
    expect(quiet.closedMs(T + 2000)).toBe(0)
  })

  test('which is not over for a provider that then says how long to wait; but nothing more is known of it', () => {
    const { quiet, send } = play()
    const late = send(T)
    quiet.refused({ call: send(T), nowMs: T + 100, retryAfterMs: undefined })
    quiet.accepted(send(T + 1100))
    quiet.refused({ call: late, nowMs: T + 2000, retryAfterMs: 20_000 })
    expect(quiet.closedMs(T + 2000)).toBe(20_000)
    const canary = send(T + 22_000)
    expect(quiet.accepted(canary)).toBeNull()
    expect(quiet.refusals).toBe(0)
  })

  test('of a canary that is refused after it was taken for accepted', () => {
    const { quiet, send, refuse } = play()
    refuse(send(T))
    const canary = send(T + 1100)
    quiet.outlasted(T + 2200)
    quiet.refused({ call: canary, nowMs: T + 3000, retryAfterMs: undefined })
    expect(quiet.refusals).toBe(1)
  })
})

describe('where windows begin with the minutes of the clock', () => {
  const next = 1001 * MINUTE_MS

  /** A burst that ended when a minute began. */
  function aligned() {
    const played = play()
    played.refuse(played.send(next - 1500))
    played.refuse(played.send(next - 400))
    played.quiet.accepted(played.send(next + 1200))
    return played
  }

  test('sends the second canary just after the next', () => {
    const { quiet, send, refuse } = aligned()
    refuse(send(next + 30_000))
    refuse(send(next + 31_100))
    expect(next + 31_100 + REFUSAL_MS + quiet.closedMs(next + 31_100 + REFUSAL_MS)).toBe(
      next + MINUTE_MS + MINUTE_MS / 1000,
    )
    expect(quiet.accepted(send(next + MINUTE_MS + 60))).toMatchObject({ isTimed: true })
  })

  test('knows them also by a canary that was sent just before one and arrived after it', () => {
    const { quiet, send, refuse } = play()
    refuse(send(next - 3000))
    refuse(send(next - 1900))
    quiet.accepted(send(next - 20))
    refuse(send(next + 30_000))
    refuse(send(next + 31_100))
    expect(quiet.closedMs(next + 31_100 + REFUSAL_MS)).toBeGreaterThan(28_000)
  })

  test('does so no more after it was refused then', () => {
    const { quiet, send, refuse } = aligned()
    refuse(send(next + 30_000))
    refuse(send(next + 31_100))
    refuse(send(next + MINUTE_MS + 60))
    expect(quiet.closedMs(next + MINUTE_MS + 60 + REFUSAL_MS)).toBe(2250)
  })

  test('does so no more after a burst that ended within one', () => {
    const { quiet, send, refuse } = aligned()
    refuse(send(next + 10_000))
    refuse(send(next + 11_100))
    quiet.accepted(send(next + 12_700))
    refuse(send(next + 30_000))
    refuse(send(next + 31_100))
    expect(quiet.closedMs(next + 31_100 + REFUSAL_MS)).toBe(1500)
  })
})
