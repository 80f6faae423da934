import { expect, test } from 'vitest'
import { createAdmission } from '../../../pipeline/simulator/create-admission.ts'
import { parseSimulatorSettings } from '../../../pipeline/simulator/parse-simulator-settings.ts'
import type { Admission } from '../../../pipeline/simulator/create-admission.ts'
import type { SimulatorChange } from '../../../pipeline/simulator/parse-simulator-settings.ts'

const MINUTE_MS = 60_000
const SERVICE_MS = 1000
const call = { inputTokens: 100, outputTokens: 200, inFlight: 0 }

function admissionOf(change: SimulatorChange): Admission {
  return createAdmission(parseSimulatorSettings(change))
}

/** Asks more often than is let in, for three minutes; each call lasts a second and says 20 tokens. Returns when calls were let in. */
function saturate(change: SimulatorChange, everyMs = 25): number[] {
  const { admit } = admissionOf(change)
  const admittedMs: number[] = []
  const open: { endMs: number; end: () => void }[] = []
  for (let nowMs = 0; nowMs < 3 * MINUTE_MS; nowMs += everyMs) {
    while (open[0] !== undefined && open[0].endMs <= nowMs) open.shift()?.end()
    const { exceeded, settle } = admit({ ...call, nowMs, inFlight: open.length })
    if (exceeded !== undefined) continue
    const endMs = nowMs + SERVICE_MS
    admittedMs.push(nowMs)
    open.push({ endMs, end: () => settle(20, endMs) })
  }
  return admittedMs
}

/** The most that was let in within any `spanMs`. */
function mostWithin(admittedMs: readonly number[], spanMs: number): number {
  let first = 0
  let most = 0
  for (const [index, atMs] of admittedMs.entries()) {
    while (atMs - (admittedMs[first] ?? atMs) >= spanMs) first += 1
    most = Math.max(most, index - first + 1)
  }
  return most
}

test.each<[SimulatorChange['profile'], number, number, number]>([
  ['P1', 3 * 600, MINUTE_MS, 600],
  ['P2', 3 * 600, MINUTE_MS, 600],
  // Who goes on asking is let in never again.
  ['P3', 600, MINUTE_MS, 600],
  // A whole bucket at first, and what flows into it.
  ['P4', 4 * 600, MINUTE_MS, 2 * 600],
  ['P5', 3 * 600 + 100, 10_000, 2 * 100],
  ['P6', 3 * 600 + 10, 1000, 2 * 10],
  // 60,000 tokens a minute: calls of 300, and of 120 once they are settled.
  ['P7', 3 * 200, MINUTE_MS, 200],
  ['P8', 3 * 500, MINUTE_MS, 500],
  ['P9', 3 * 60 * 64, SERVICE_MS, 64],
])('%s lets %i calls in, and within %i ms at most %i', (profile, total, spanMs, most) => {
  const admittedMs = saturate({ profile }, profile === 'P9' ? 10 : 25)
  expect(admittedMs.length).toBeGreaterThan(total * 0.99)
  expect(admittedMs.length).toBeLessThanOrEqual(total)
  expect(mostWithin(admittedMs, spanMs)).toBeLessThanOrEqual(most)
  expect(mostWithin(admittedMs, spanMs)).toBeGreaterThan(most * 0.9)
})

test.each<[SimulatorChange['profile'], number]>([
  ['P1', 1200],
  ['P2', 600],
])('%s lets %i calls in around the full minute', (profile, most) => {
  const { admit } = admissionOf({ profile })
  const asked = Array.from({ length: 1300 }, (_, number) => 50_000 + number * 15)
  expect(asked.filter(nowMs => admit({ ...call, nowMs }).exceeded === undefined)).toHaveLength(most)
})

test('a shorter minute has the same limits in less time', () => {
  const admittedMs = saturate({ profile: 'P2', requestsPerMinute: 100, minuteMs: 10_000 })
  expect(admittedMs).toHaveLength(18 * 100)
  expect(mostWithin(admittedMs, 10_000)).toBe(100)
})

test.each<[SimulatorChange, string, number]>([
  [{ requestsPerMinute: 1 }, 'requests', 1],
  [{ tokensPerMinute: 301 }, 'tokens', 301],
  [{ inputTokensPerMinute: 101 }, 'input_tokens', 101],
  [{ outputTokensPerMinute: 201 }, 'output_tokens', 201],
])('%o refuses by its own name', (change, limit, most) => {
  const { admit } = admissionOf(change)
  expect(admit({ ...call, nowMs: 1000 }).exceeded).toBeUndefined()
  expect(admit({ ...call, nowMs: 21_000 }).exceeded).toEqual({ limit, most, waitMs: 40_000 })
  expect(admit({ ...call, nowMs: 61_000 }).exceeded).toBeUndefined()
})

test('charges nothing for a request that one of several limits refuses', () => {
  const { admit } = admissionOf({ requestsPerMinute: 2, outputTokensPerMinute: 300 })
  admit({ ...call, nowMs: 0 })
  expect(admit({ ...call, nowMs: 0 }).exceeded).toMatchObject({ limit: 'output_tokens' })
  expect(admit({ ...call, nowMs: 0, outputTokens: 100 }).exceeded).toBeUndefined()
})

test('tells what is left a minute, however short the span in which it is judged', () => {
  const { admit } = admissionOf({ profile: 'P5', inputTokensPerMinute: 6000 })
  const requests = { name: 'requests', limit: 600, remaining: 594, resetMs: 100 }
  const inputTokens = { name: 'input_tokens', limit: 6000, remaining: 5400, resetMs: 1000 }
  expect(admit({ ...call, nowMs: 0 }).readings).toEqual([requests, inputTokens])
  expect(
    admissionOf({ profile: 'P5', rateLimitHeaders: false }).admit({ ...call, nowMs: 0 }).readings,
  ).toEqual([])
})

test('keeps what is in the windows when only the limit changes', () => {
  const { admit, change } = admissionOf({ requestsPerMinute: 3 })
  const exceeded = (nowMs: number): unknown => admit({ ...call, nowMs }).exceeded
  for (const nowMs of [0, 1000, 2000]) expect(exceeded(nowMs)).toBeUndefined()
  change(parseSimulatorSettings({ requestsPerMinute: 2 }), 3000)
  expect(exceeded(60_000)).toMatchObject({ most: 2, waitMs: 1000 })
  expect(exceeded(61_000)).toBeUndefined()
  change(parseSimulatorSettings({ requestsPerMinute: 3, tokensPerMinute: 1000, concurrencyMax: 5 }), 61_000)
  expect(exceeded(61_000)).toBeUndefined()
  expect(exceeded(61_000)).toMatchObject({ limit: 'requests', waitMs: 1000 })
})

test('begins with empty windows when they become others', () => {
  const { admit, change } = admissionOf({ requestsPerMinute: 1 })
  admit({ ...call, nowMs: 0 })
  change(parseSimulatorSettings({ requestsPerMinute: 1, quotaWindow: 'bucket' }), 10)
  expect(admit({ ...call, nowMs: 10 }).exceeded).toBeUndefined()
})

test('a limit that is taken away and given back begins anew', () => {
  const { admit, change } = admissionOf({ requestsPerMinute: 1 })
  admit({ ...call, nowMs: 0 })
  change(parseSimulatorSettings({}), 10)
  expect(admit({ ...call, nowMs: 10 }).exceeded).toBeUndefined()
  change(parseSimulatorSettings({ requestsPerMinute: 1 }), 20)
  expect(admit({ ...call, nowMs: 20 }).exceeded).toBeUndefined()
})

test.each([
  ['estimate', { requests: 1, tokens: 300, input_tokens: 100, output_tokens: 200 }],
  ['settle', { requests: 1, tokens: 120, input_tokens: 100, output_tokens: 20 }],
] as const)('says what a call was charged by %s', (tokenCharge, cost) => {
  const { admit } = admissionOf({ tokenCharge })
  expect(admit({ ...call, nowMs: 0 }).settle(20, 500)).toEqual(cost)
})

test('charges more when the answer is longer than was asked for', () => {
  const { admit } = admissionOf({ tokensPerMinute: 1000, tokenCharge: 'settle' })
  admit({ ...call, nowMs: 0, outputTokens: 0 }).settle(500, 10)
  expect(admit({ ...call, nowMs: 20, outputTokens: 301 }).exceeded).toMatchObject({ limit: 'tokens' })
  expect(admit({ ...call, nowMs: 20, outputTokens: 300 }).exceeded).toBeUndefined()
})
