import { lastValueFrom } from 'rxjs'
import { afterEach, expect, test, vi } from 'vitest'
import { answerSchema } from '../../../operators/asking/answer-schema.ts'
import { buildPrompt } from '../../../operators/asking/build-prompt.ts'
import { parseAnswer } from '../../../operators/asking/parse-answer.ts'
import { openaiModel } from '../../../pipeline/openai/openai-model.ts'
import { BODY_BYTES_MAX } from '../../../pipeline/simulator/read-body.ts'
import { startSimulator } from '../../../pipeline/simulator/start-simulator.ts'
import type { Simulator, SimulatorOptions } from '../../../pipeline/simulator/start-simulator.ts'
import type { Event } from '../../../schemas/event.ts'

const closing: Simulator[] = []
afterEach(async () => {
  for (const simulator of closing.splice(0)) await simulator.close()
})

async function start(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await startSimulator(options)
  closing.push(simulator)
  return simulator
}

const event: Event = {
  event_id: 'e-1',
  event_type: 'trade.signal',
  source: 's',
  timestamp: '2026-11-20T10:00:00.123Z',
  context_key: 'BTCUSDT',
  data: { volume: 100 },
}

const { messages } = buildPrompt({
  description: 'Large buys',
  events: [event, { ...event, event_id: 'e-2' }],
  promptTokensMax: 8000,
  fenceSecret: 'k',
})

function post({ baseUrl }: Simulator, headers: Record<string, string> = {}): Promise<Response> {
  const body = JSON.stringify({ model: 'm', messages, max_tokens: 100 })
  return fetch(`${baseUrl}/chat/completions`, { method: 'POST', headers, body })
}

async function statuses(simulator: Simulator, count: number): Promise<number[]> {
  const answered: number[] = []
  for (let index = 0; index < count; index += 1) {
    const response = await post(simulator)
    await response.arrayBuffer()
    answered.push(response.status)
  }
  return answered
}

test('answers the adapter by an expression over the events of its prompt', async () => {
  const { baseUrl, stats, requests } = await start({ answerWhen: 'count == 2 && sum.volume == 200' })
  const ask = openaiModel({ baseUrl, apiKey: undefined, model: 'm', timeoutMs: 5000 })
  const reply = await lastValueFrom(ask({ messages, answerSchema, outputTokensMax: 100 }))
  expect(parseAnswer(reply)).toEqual({ shouldTrigger: true, confidence: 0.9, reason: 'the script says yes' })
  expect(reply.tokens.input).toBeGreaterThan(100)
  expect(stats()).toMatchObject({
    requests: 1,
    answers: { 200: 1 },
    in_flight: 0,
    in_flight_max: 1,
    tokens: reply.tokens,
  })
  expect(requests()).toMatchObject([
    { model: 'm', rule: 'Large buys', events: [event, { ...event, event_id: 'e-2' }] },
  ])
})

test('takes its time for an answer, and for each way', async () => {
  const simulator = await start({ latencyMs: 40, networkMs: 30 })
  const startedAtMs = performance.now()
  await post(simulator)
  expect(performance.now() - startedAtMs).toBeGreaterThan(95)
  const { in_flight: inFlight, in_flight_ms: inFlightMs } = simulator.stats()
  expect(inFlight).toBe(0)
  expect(inFlightMs).toBeGreaterThan(0)
})

test('counts what is in flight', async () => {
  const simulator = await start({ latencyMs: 600_000 })
  const posted = Array.from({ length: 20 }, () => post(simulator))
  await vi.waitUntil(() => simulator.stats().in_flight === 20, { timeout: 10_000 })
  await simulator.close()
  expect((await Promise.allSettled(posted)).every(({ status }) => status === 'rejected')).toBe(true)
  await vi.waitUntil(() => simulator.stats().abandoned === 20)
  expect(simulator.stats()).toMatchObject({ in_flight: 0, in_flight_max: 20 })
})

test('keeps its windows when a limit is changed by another program', async () => {
  const simulator = await start({ profile: 'P2', requestsPerMinute: 2 })
  const change = (body: string): Promise<Response> =>
    fetch(`${simulator.url}/control`, { method: 'POST', body })
  expect(await statuses(simulator, 3)).toEqual([200, 200, 429])
  expect(await (await change('{"requests_per_minute": 3}')).json()).toMatchObject({ requestsPerMinute: 3 })
  expect(await statuses(simulator, 2)).toEqual([200, 429])
  await change('{"profile": "P9"}')
  expect(await statuses(simulator, 2)).toEqual([200, 200])
  expect((await change('{"profile": "P0"}')).status).toBe(400)
})

test('settles what a call was charged when it has ended', async () => {
  // The prompt and 100 tokens are asked for each time; the answer has 12.
  const simulator = await start({ profile: 'P8', tokensPerMinute: 1000, answers: [{ text: 'x'.repeat(48) }] })
  await statuses(simulator, 1)
  const { charged, tokens } = simulator.stats()
  expect(charged).toEqual({
    requests: 1,
    tokens: tokens.input + 12,
    input_tokens: tokens.input,
    output_tokens: 12,
  })
  const response = await post(simulator)
  const remaining = Number(response.headers.get('x-ratelimit-remaining-tokens'))
  expect(remaining).toBe(1000 - (tokens.input + 12) - (tokens.input + 100))
})

test.each([
  ['anthropic', 'retry-after', 429],
  ['openai', 'retry-after-ms', 429],
  ['gemini', 'nothing', 429],
] as const)(
  'the adapter understands a limit in the manner of %s, told by %s',
  async (provider, header, status) => {
    const retryAfterForm = header === 'retry-after-ms' ? 'milliseconds' : 'seconds'
    const simulator = await start({ provider, retryAfter: 7, retryAfterForm, requestsPerMinute: 1 })
    await post(simulator)
    const refused = await post(simulator)
    expect(refused.status).toBe(status)
    expect(refused.headers.has(header)).toBe(header !== 'nothing')
    const ask = openaiModel({ baseUrl: simulator.baseUrl, apiKey: undefined, model: 'm', timeoutMs: 5000 })
    const asked = lastValueFrom(ask({ messages, answerSchema, outputTokensMax: 9 }))
    await expect(asked).rejects.toMatchObject({ code: 'model_rate_limited' })
  },
)

test.each(['fixed', 'sliding', 'bucket'] as const)('enforces a %s quota of requests', async quotaWindow => {
  // Five requests in a minute that is long enough not to end meanwhile.
  const simulator = await start({ requestsPerMinute: 5, minuteMs: 300_000, quotaWindow })
  expect(await statuses(simulator, 7)).toEqual([200, 200, 200, 200, 200, 429, 429])
  const refused = await post(simulator)
  expect(await refused.json()).toMatchObject({ error: { code: 'rate_limit_exceeded', type: 'requests' } })
  const seconds = Number(refused.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(seconds).toBeLessThanOrEqual(300)
  expect(refused.headers.get('x-ratelimit-limit-requests')).toBe('5')
  expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0')
  expect(simulator.stats().refused.requests).toBe(3)
})

test('enforces a quota of tokens', async () => {
  const simulator = await start({ tokensPerMinute: 1000, quotaSpanMs: 60_000 })
  const answered = await statuses(simulator, 5)
  expect(answered).toContain(200)
  expect(answered.at(-1)).toBe(429)
})

test('refuses more requests at once than it may have', async () => {
  const simulator = await start({
    concurrencyMax: 3,
    latencyMs: 100,
    retryAfter: 300,
    rateLimitHeaders: false,
  })
  const responses = await Promise.all(Array.from({ length: 8 }, () => post(simulator)))
  expect(responses.filter(({ status }) => status === 429)).toHaveLength(5)
  expect(responses.find(({ status }) => status === 429)?.headers.get('retry-after')).toBe('300')
  expect(simulator.stats()).toMatchObject({ in_flight_max: 3, refused: { concurrency: 5 } })
})

test('makes the same faults for the same seed', async () => {
  const options = { errorRate: 0.3, errorStatus: 503, garbageRate: 0.3 }
  const runs: number[][] = []
  for (const seed of [5, 5, 6]) runs.push(await statuses(await start({ ...options, seed }), 40))
  expect(runs[0]).toEqual(runs[1])
  expect(runs[0]).not.toEqual(runs[2])
  expect(new Set(runs[0])).toEqual(new Set([200, 503]))
})

test('holds a hanging request until its client goes', async () => {
  const simulator = await start({ hangRate: 1 })
  const ask = openaiModel({ baseUrl: simulator.baseUrl, apiKey: undefined, model: 'm', timeoutMs: 60 })
  await expect(lastValueFrom(ask({ messages, answerSchema, outputTokensMax: 9 }))).rejects.toMatchObject({
    code: 'model_timeout',
  })
  await vi.waitUntil(() => simulator.stats().abandoned === 1)
  expect(simulator.stats()).toMatchObject({ in_flight: 0, faults: { hang: 1 } })
})

test('is changed while it runs and resets connections when it is down', async () => {
  const simulator = await start()
  const change = (body: string): Promise<Response> =>
    fetch(`${simulator.url}/control`, { method: 'POST', body })
  expect((await change('{"error_rate": 1, "errorStatus": 529}')).status).toBe(200)
  expect(await statuses(simulator, 1)).toEqual([529])
  expect((await change('{"error_rate": 0, "down": true}')).status).toBe(200)
  await expect(post(simulator)).rejects.toThrow('fetch failed')
  simulator.control({ down: false, answers: [{ text: 'hello' }] })
  expect(await (await post(simulator)).json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] })
})

test('goes on with its list of answers while something else is changed', async () => {
  const simulator = await start({ answers: [{ text: 'first' }, { text: 'second' }] })
  await post(simulator)
  simulator.control({ latencyMs: 1 })
  expect(await (await post(simulator)).json()).toMatchObject({
    choices: [{ message: { content: 'second' } }],
  })
})

test.each([
  '{"errorRate": 2}',
  '{"unknown": 1}',
  '{"answerWhen": "count > 1"}',
  '{"answers": null, "answerWhen": "count >"}',
  '[]',
  'null',
  'x',
])('refuses the change %s and keeps its settings', async body => {
  const simulator = await start({ answers: [{ text: 'hello' }] })
  expect((await fetch(`${simulator.url}/control`, { method: 'POST', body })).status).toBe(400)
  expect(await statuses(simulator, 1)).toEqual([200])
})

test('wants its key', async () => {
  const simulator = await start({ apiKey: 'sk-1' })
  expect((await post(simulator)).status).toBe(401)
  expect((await post(simulator, { authorization: 'Bearer sk-1' })).status).toBe(200)
  expect(simulator.stats().answers).toEqual({ 200: 1, 401: 1 })
})

test('answers what it cannot do with an error', async () => {
  const { url, baseUrl, stats } = await start()
  const send = async (body: string): Promise<number> =>
    (await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body })).status
  expect(await send('{')).toBe(400)
  expect(await send(JSON.stringify({ model: 'm', messages, padding: 'x'.repeat(BODY_BYTES_MAX) }))).toBe(400)
  expect(await send('{"model": "m", "messages": []}')).toBe(400)
  expect(await send(JSON.stringify({ model: 'm', messages, stream: true }))).toBe(400)
  expect((await fetch(`${url}/nothing`)).status).toBe(404)
  expect(stats()).toMatchObject({ requests: 4, answers: { 400: 4 } })
})

test('lists models, health, statistics and requests', async () => {
  const simulator = await start()
  await post(simulator)
  const read = async (path: string): Promise<unknown> => (await fetch(`${simulator.url}${path}`)).json()
  expect(await read('/v1/models')).toMatchObject({ object: 'list' })
  expect(await read('/healthz')).toEqual({ status: 'ok' })
  expect(await read('/stats')).toEqual(simulator.stats())
  expect(await read('/requests?limit=1')).toMatchObject([{ number: 1, rule: 'Large buys' }])
})

test('ends everything when it is closed', async () => {
  const simulator = await startSimulator({ hangRate: 1 })
  const hanging = post(simulator)
  await vi.waitUntil(() => simulator.stats().in_flight === 1)
  await simulator.close()
  await expect(hanging).rejects.toThrow('fetch failed')
})

test('says that its port is taken', async () => {
  const { url } = await start()
  await expect(startSimulator({ port: Number(new URL(url).port) })).rejects.toMatchObject({
    code: 'EADDRINUSE',
  })
})
