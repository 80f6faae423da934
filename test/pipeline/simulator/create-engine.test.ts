import { expect, test } from 'vitest'
import { createEngine } from '../../../pipeline/simulator/create-engine.ts'
import type { Engine, Plan } from '../../../pipeline/simulator/create-engine.ts'
import type { SimulatorChange } from '../../../pipeline/simulator/parse-simulator-settings.ts'

const originMs = Date.parse('2026-11-20T10:00:00.000Z')
// 100 tokens of prompt, 200 asked for.
const body = { model: 'm', max_tokens: 200, messages: [{ role: 'user', content: 'x'.repeat(400) }] }

function engineOf(settings: SimulatorChange, seed = 1): Engine {
  return createEngine({ settings, seed, originMs })
}

function planned({ plan }: Engine, nowMs = 0): Plan {
  return plan({ body, keyAccepted: true, nowMs })
}

function statusOf(plan: Plan): number | undefined {
  return 'answer' in plan ? plan.answer.status : undefined
}

test('refuses a key and an empty account before all else, until that is changed', () => {
  const engine = engineOf({ account: 'out_of_money', requestsPerMinute: 1, errorRate: 1 })
  for (let round = 0; round < 3; round += 1) {
    expect(planned(engine)).toMatchObject({
      answer: { status: 429, body: { error: { code: 'insufficient_quota' } } },
    })
  }
  engine.control({ account: 'bad_key' }, 10)
  expect(statusOf(planned(engine, 10))).toBe(401)
  engine.control({ account: 'good', error_rate: 0 }, 20)
  expect(statusOf(engine.plan({ body, keyAccepted: false, nowMs: 20 }))).toBe(401)
  expect(statusOf(planned(engine, 20))).toBe(200)
  expect(statusOf(planned(engine, 20))).toBe(429)
})

test.each<[SimulatorChange, Record<string, string>]>([
  [{}, { 'retry-after': '59' }],
  [{ retryAfter: false }, {}],
  [{ retryAfter: 300 }, { 'retry-after': '300' }],
  [{ retryAfterForm: 'milliseconds' }, { 'retry-after-ms': '58500' }],
  [{ retryAfterForm: 'date' }, { 'retry-after': 'Fri, 20 Nov 2026 10:01:00 GMT' }],
  [{ provider: 'gemini' }, {}],
  [{ provider: 'deepseek' }, {}],
])('%o has a refusal say when to come again', (change, headers) => {
  const engine = engineOf({ requestsPerMinute: 1, rateLimitHeaders: false, ...change })
  planned(engine)
  const plan = planned(engine, 1500)
  expect(plan).toMatchObject({ kind: 'refusal', answer: { status: 429 } })
  expect('answer' in plan && plan.answer.headers).toEqual(headers)
})

test('tells of its limits on answers, refusals and errors alike', () => {
  const told = { 'x-ratelimit-limit-requests': '-1', 'x-ratelimit-remaining-requests': '-1' }
  const engine = engineOf({ requestsPerMinute: 2, rateLimitHeaders: 'minus_one', provider: 'azure' })
  expect(planned(engine)).toMatchObject({ answer: { status: 200, headers: told } })
  engine.control({ errorRate: 1, errorStatus: 503 }, 0)
  expect(planned(engine)).toMatchObject({ answer: { status: 503, headers: told } })
  expect(planned(engine)).toMatchObject({
    answer: { status: 429, headers: { ...told, 'retry-after': '60' } },
  })
})

test('counts what calls were charged when they end, and of a failed one only the prompt', () => {
  const engine = engineOf({ profile: 'P8', tokensPerMinute: 700, answers: [{ text: 'x'.repeat(80) }] })
  const first = planned(engine)
  expect(engine.stats(0).charged.requests).toBe(0)
  if (first.kind === 'answer') first.end(500)
  expect(engine.stats(500).charged).toEqual({
    requests: 1,
    tokens: 120,
    input_tokens: 100,
    output_tokens: 20,
  })
  engine.control({ errorRate: 1 }, 500)
  const failed = planned(engine, 500)
  if (failed.kind === 'answer') failed.end(600)
  expect(engine.stats(600).charged.requests).toBe(1)
  engine.control({ errorRate: 0 }, 600)
  // 120 + 100 are used: there is room for one call of 300, and not for a second.
  expect(statusOf(planned(engine, 600))).toBe(200)
  expect(statusOf(planned(engine, 600))).toBe(429)
  expect(engine.stats(600).refused.tokens).toBe(1)
})

test('draws the time under way evenly, and changes nothing else by it', () => {
  const engine = engineOf({ networkMs: '15:75' })
  const drawn = Array.from({ length: 1000 }, () => engine.networkMs())
  expect(Math.min(...drawn)).toBeGreaterThanOrEqual(15)
  expect(Math.max(...drawn)).toBeLessThanOrEqual(75)
  expect(drawn.reduce((sum, ms) => sum + ms) / drawn.length).toBeCloseTo(45, -1)
  const latencies = (other: Engine) =>
    Array.from({ length: 20 }, () => {
      const plan = planned(other)
      return plan.kind === 'answer' && plan.delayMs
    })
  const latencyMs = 'lognormal:100:0.5'
  const far = engineOf({ latencyMs, networkMs: '15:75' })
  far.networkMs()
  expect(latencies(far)).toEqual(latencies(engineOf({ latencyMs })))
})

test('has a limit of places, and names it', () => {
  const engine = engineOf({ profile: 'P9', concurrencyMax: 2, provider: 'anthropic' })
  for (const nowMs of [0, 1]) {
    expect(planned(engine, nowMs).kind).toBe('answer')
    engine.places.enter(nowMs)
  }
  expect(planned(engine, 2)).toMatchObject({ kind: 'refusal', answer: { headers: { 'retry-after': '1' } } })
  engine.places.leave(3)
  expect(planned(engine, 3).kind).toBe('answer')
  expect(engine.stats(4)).toMatchObject({
    refused: { concurrency: 1 },
    in_flight: 1,
    in_flight_ms: 3 + 3,
  })
})
