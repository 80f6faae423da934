import { lastValueFrom } from 'rxjs'
import { afterEach, expect, test, vi } from 'vitest'
import { answerSchema } from '../../../operators/asking/answer-schema.ts'
import { openaiModel } from '../../../pipeline/openai/openai-model.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { startEndpoint } from '../../support/endpoint-server.ts'
import { recordedRefusals } from './recorded/recorded-refusals.ts'
import type { ServerResponse } from 'node:http'
import type { ModelReply, ModelRequest } from '../../../operators/asking/model.ts'
import type { OpenaiModelOptions } from '../../../pipeline/openai/openai-model.ts'
import type { EndpointServer, ReceivedRequest } from '../../support/endpoint-server.ts'

const closing: EndpointServer[] = []
afterEach(async () => {
  vi.unstubAllEnvs()
  for (const server of closing.splice(0)) await server.close()
})

async function endpoint(
  answer: (response: ServerResponse, request: ReceivedRequest) => void,
): Promise<EndpointServer> {
  const server = await startEndpoint(answer)
  closing.push(server)
  return server
}

function json(
  response: ServerResponse,
  body: unknown,
  status = 200,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body))
}

function completion(content: string | null, finish = 'stop', more: Record<string, unknown> = {}): unknown {
  return {
    id: 'chatcmpl-1',
    object: 'chat.completion',
    created: 1,
    model: 'small',
    choices: [
      { index: 0, message: { role: 'assistant', content, refusal: null, ...more }, finish_reason: finish },
    ],
    usage: { prompt_tokens: 412, completion_tokens: 31, total_tokens: 443 },
  }
}

const request: ModelRequest = {
  messages: [
    { role: 'system', content: 'judge' },
    { role: 'user', content: 'events' },
  ],
  answerSchema,
  outputTokensMax: 300,
}

function ask(baseUrl: string, options: Partial<OpenaiModelOptions> = {}): Promise<ModelReply> {
  const model = openaiModel({ baseUrl, apiKey: 'sk-1', model: 'small', timeoutMs: 5000, ...options })
  return lastValueFrom(model(request))
}

async function failure(promise: Promise<unknown>): Promise<PipelineError> {
  const error: unknown = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (error instanceof PipelineError) return error
  throw new Error('not a PipelineError', { cause: error })
}

test('sends one request with the schema and returns the reply', async () => {
  const server = await endpoint(response => {
    json(response, completion('{"should_trigger":true}'))
  })
  expect(await ask(server.baseUrl)).toEqual({
    text: '{"should_trigger":true}',
    finish: 'stop',
    tokens: { input: 412, output: 31 },
  })
  expect(server.received).toHaveLength(1)
  expect(server.received[0]).toMatchObject({
    url: '/v1/chat/completions',
    headers: { authorization: 'Bearer sk-1' },
  })
  expect(server.received[0]?.body).toEqual({
    model: 'small',
    messages: request.messages,
    max_tokens: 300,
    temperature: 0,
    response_format: {
      type: 'json_schema',
      json_schema: { name: 'answer', strict: true, schema: answerSchema },
    },
  })
})

test('sends no authorization without a key and nothing from the environment', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-environment')
  vi.stubEnv('OPENAI_ORG_ID', 'org-environment')
  vi.stubEnv('OPENAI_PROJECT_ID', 'project-environment')
  const server = await endpoint(response => {
    json(response, completion('{}'))
  })
  await ask(server.baseUrl, { apiKey: undefined })
  const headers = server.received[0]?.headers
  expect(headers).not.toHaveProperty('authorization')
  expect(JSON.stringify(headers)).not.toContain('environment')
})

test.each([
  ['length', completion('{"should', 'length'), 'length'],
  ['content_filter', completion('', 'content_filter'), 'content_filter'],
  ['a refusal', completion(null, 'stop', { refusal: 'I cannot help with that.' }), 'refusal'],
  ['no content', completion(null), 'stop'],
  ['an unknown finish reason', completion('{}', 'eos'), 'stop'],
])('reports %s', async (_name, body, finish) => {
  const server = await endpoint(response => {
    json(response, body)
  })
  expect((await ask(server.baseUrl)).finish).toBe(finish)
})

test('reads an answer behind blank lines that keep the line open', async () => {
  const server = await endpoint(response => {
    response.writeHead(200, { 'content-type': 'application/json' }).write('\n\n\n')
    response.end(JSON.stringify(completion('{}')))
  })
  expect((await ask(server.baseUrl)).text).toBe('{}')
})

test.each(recordedRefusals.map(refusal => [refusal.name, refusal] as const))(
  'hands on the refusal of %s and sends nothing again',
  async (_name, { status, body, headers = {}, expected }) => {
    const server = await endpoint(response => {
      json(response, body, status, headers)
    })
    const error = await failure(ask(server.baseUrl))
    expect(error.code).toBe(expected.code)
    expect(error.message).not.toContain('sk-1')
    expect(error.cause).toBeDefined()
    expect(server.received).toHaveLength(1)
  },
)

test('hands on what a refusal says of waits and limits', async () => {
  const server = await endpoint(response => {
    const details = [
      { retryDelay: '7s', violations: [{ quotaId: 'GenerateRequestsPerMinute', quotaValue: '5' }] },
    ]
    const headers = { 'x-ratelimit-limit-tokens': '30000' }
    json(response, [{ error: { code: 429, status: 'RESOURCE_EXHAUSTED', details } }], 429, headers)
  })
  expect(await failure(ask(server.baseUrl))).toMatchObject({
    code: 'model_rate_limited',
    retryAfterMs: 7000,
    limitHit: 'requests_per_minute',
    limits: { tokens_per_minute: { limit: 30_000, remaining: null, resetMs: null } },
  })
})

test('stops reading an answer that never ends', async () => {
  const server = await endpoint(response => {
    response.writeHead(200, { 'content-type': 'application/json' })
    const pour = (): void => {
      if (!response.destroyed) response.write(' '.repeat(65_536), pour)
    }
    pour()
  })
  expect((await failure(ask(server.baseUrl))).code).toBe('model_overloaded')
  await vi.waitUntil(() => server.abandoned() === 1)
})

test('names the socket code when nobody listens', async () => {
  const server = await endpoint(() => undefined)
  await closing.pop()?.close()
  const error = await failure(ask(server.baseUrl))
  expect(error.code).toBe('model_unreachable')
  expect(error.message).toContain('ECONNREFUSED')
})

test('reports a connection that is reset before and during the answer', async () => {
  const before = await endpoint(response => response.socket?.resetAndDestroy())
  expect((await failure(ask(before.baseUrl))).code).toBe('model_unreachable')
  const during = await endpoint(response => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' }).write('{')
    setImmediate(() => response.socket?.resetAndDestroy())
  })
  expect((await failure(ask(during.baseUrl))).code).toBe('model_unreachable')
})

test('takes an answer under a status that HTTP does not know for none', async () => {
  const server = await endpoint(response => {
    json(response, completion('{}'), 700)
  })
  expect((await failure(ask(server.baseUrl))).code).toBe('model_unreachable')
})

test('hands on a refusal that is no JSON', async () => {
  const server = await endpoint(response => {
    response.writeHead(503, { 'content-type': 'text/html' }).end('<h1>down</h1>')
  })
  expect(await failure(ask(server.baseUrl))).toMatchObject({ code: 'model_overloaded', retryable: true })
})

test('gives up at the deadline while waiting for headers and while reading the body', async () => {
  const silent = await endpoint(() => undefined)
  expect((await failure(ask(silent.baseUrl, { timeoutMs: 60 }))).code).toBe('model_timeout')
  const trickling = await endpoint(response => {
    response.writeHead(200, { 'content-type': 'application/json' }).write(' ')
  })
  expect((await failure(ask(trickling.baseUrl, { timeoutMs: 60 }))).code).toBe('model_timeout')
  await vi.waitUntil(() => silent.abandoned() === 1 && trickling.abandoned() === 1)
})

test('aborts the request when it is unsubscribed', async () => {
  const server = await endpoint(() => undefined)
  const model = openaiModel({ baseUrl: server.baseUrl, apiKey: undefined, model: 'small', timeoutMs: 5000 })
  const subscription = model(request).subscribe()
  await vi.waitUntil(() => server.received.length === 1)
  subscription.unsubscribe()
  await vi.waitUntil(() => server.abandoned() === 1)
})

test('carries hundreds of calls at once and keeps their connections', async () => {
  const waiting: ServerResponse[] = []
  const server = await endpoint(response => {
    waiting.push(response)
    if (waiting.length < 300) return
    for (const held of waiting.splice(0)) json(held, completion('{}'))
  })
  const model = openaiModel({ baseUrl: server.baseUrl, apiKey: undefined, model: 'small', timeoutMs: 15_000 })
  for (let round = 0; round < 6; round += 1) {
    await Promise.all(Array.from({ length: 300 }, () => lastValueFrom(model(request))))
  }
  expect(server.received).toHaveLength(1800)
  // Node's pool keeps up to two for each call in flight; without keeping any there would be 1,800.
  expect(server.connections()).toBeLessThanOrEqual(600)
})

test('leaves out a parameter once the endpoint has refused it', async () => {
  const server = await endpoint((response, { body }) => {
    if (JSON.stringify(body).includes('"temperature"')) {
      json(
        response,
        {
          error: {
            message: 'no',
            type: 'invalid_request_error',
            param: 'temperature',
            code: 'unsupported_value',
          },
        },
        400,
      )
    } else json(response, completion('{}'))
  })
  const model = openaiModel({ baseUrl: server.baseUrl, apiKey: undefined, model: 'small', timeoutMs: 5000 })
  expect(await failure(lastValueFrom(model(request)))).toMatchObject({
    code: 'model_overloaded',
    retryable: true,
    overload: false,
  })
  expect((await lastValueFrom(model(request))).text).toBe('{}')
  expect(server.received).toHaveLength(2)
})
