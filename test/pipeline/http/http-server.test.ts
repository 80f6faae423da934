import { request as httpRequest } from 'node:http'
import { expect, onTestFinished, test } from 'vitest'
import { healthRoutes } from '../../../pipeline/http/health-routes.ts'
import type { HttpRoute } from '../../../pipeline/http/http-route.ts'
import { httpServer, type HttpServerOptions } from '../../../pipeline/http/http-server.ts'
import { problemDocumentSchema } from '../../../pipeline/http/problem-document.ts'
import { PipelineError } from '../../../schemas/failure.ts'

const ready = { ready: true, dependencies: { kafka: { ready: true, detail: null } } }
const health = {
  readiness: () => ready,
  metrics: { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a_total 1\n') },
}

const describe = { id: 'aThing', summary: 'A thing', answers: { 200: { about: 'It.' } } }

const things: HttpRoute = {
  path: '/things/:name',
  methods: {
    GET: {
      describe,
      answer: ({ params, query, headers }) => ({
        status: 200,
        body: { params, query, tag: headers['if-match'] },
      }),
    },
    PATCH: { describe, answer: ({ body }) => ({ status: 200, body: { got: body ?? null } }) },
  },
}

async function start(options: Partial<HttpServerOptions> = {}) {
  const failures: unknown[] = []
  const server = await httpServer({
    host: '127.0.0.1',
    port: 0,
    open: healthRoutes(health),
    api: [things],
    apiKeys: [],
    onFailure: (...failure) => failures.push(failure),
    ...options,
  })
  onTestFinished(() => server.close())
  const ask = async (path: string, init?: RequestInit) => {
    const response = await fetch(`${server.url}${path}`, init)
    const text = await response.text()
    const isJson = /json/.test(response.headers.get('content-type') ?? '')
    return { response, status: response.status, text, body: isJson && text !== '' ? JSON.parse(text) : null }
  }
  return { ...server, failures, ask }
}

function patch(body: string, type = 'application/json'): RequestInit {
  return { method: 'PATCH', body, headers: { 'content-type': type } }
}

test('answers /healthz while it is alive', async () => {
  const { ask } = await start()
  expect((await ask('/healthz')).status).toBe(200)
})

test('answers /readyz by what its dependencies say at that moment', async () => {
  let state = ready
  const { ask } = await start({ open: healthRoutes({ ...health, readiness: () => state }) })
  expect(await ask('/readyz')).toMatchObject({ status: 200, body: ready })
  const detail = 'Kafka cannot be reached'
  const waiting = { ready: false, dependencies: { kafka: { ready: false, detail } } }
  state = Object.assign({}, ready, waiting)
  const second = await ask('/readyz')
  expect(second).toMatchObject({ status: 503, body: waiting })
  expect(second.response.headers.get('cache-control')).toBe('no-store')
})

test('serves the metrics with their content type', async () => {
  const { ask } = await start()
  const { response, text } = await ask('/metrics')
  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  expect(text).toBe('a_total 1\n')
})

test('gives a route what was asked: names in the path, query, headers and body', async () => {
  const { ask } = await start()
  const got = await ask('/api/v1/things/a%20b%2Fc?limit=2&x=', { headers: { 'If-Match': '"2"' } })
  expect(got.body).toEqual({ params: { name: 'a b/c' }, query: { limit: '2', x: '' }, tag: '"2"' })
  expect((await ask('/api/v1/things/a', patch('{"n": 1}'))).body).toEqual({ got: { n: 1 } })
  const merge = patch('{"n": null}', 'application/merge-patch+json; charset=utf-8')
  expect((await ask('/api/v1/things/a', merge)).body).toEqual({ got: { n: null } })
  expect((await ask('/api/v1/things/a', { method: 'PATCH' })).body).toEqual({ got: null })
})

test.each([
  ['/nothing', {}, 404, 'not_found'],
  ['/api/v1/nothing', {}, 404, 'not_found'],
  ['/api/v1/things/%zz', {}, 400, 'malformed'],
  ['/api/v1/things/a', patch('{"n": '), 400, 'malformed'],
  ['/api/v1/things/a', patch(''), 400, 'malformed'],
  ['/api/v1/things/a', patch('{"__proto__": {}}'), 400, 'malformed'],
  ['/api/v1/things/a', patch('{}', 'text/plain'), 415, 'media_type'],
  ['/api/v1/things/a', patch(JSON.stringify('x'.repeat(1024 * 1024))), 413, 'too_large'],
])('answers %s %j with the problem %i %s', async (path, init, status, code) => {
  const { ask, failures } = await start()
  const got = await ask(path, init)
  expect(got.response.headers.get('content-type')).toContain('application/problem+json')
  expect(problemDocumentSchema.parse(got.body)).toEqual(got.body)
  expect(got.body).toMatchObject({ status, code })
  expect(got.status).toBe(status)
  expect(failures).toEqual([])
})

test.each(['POST', 'PUT', 'DELETE', 'OPTIONS'])(
  'answers %s of a path that has others with those',
  async method => {
    const { ask } = await start()
    const got = await ask('/api/v1/things/a', { method })
    expect(got).toMatchObject({ status: 405, body: { code: 'method_not_allowed' } })
    expect(got.response.headers.get('allow')).toBe('GET, PATCH, HEAD')
    expect((await ask('/healthz', { method })).status).toBe(405)
  },
)

test('answers HEAD as GET, without its body', async () => {
  const { ask } = await start()
  const got = await ask('/api/v1/things/a', { method: 'HEAD' })
  expect([got.status, got.text]).toEqual([200, ''])
  expect((await ask('/healthz', { method: 'HEAD' })).status).toBe(200)
})

test('with keys, answers what is under /api/v1 only to who has one, and tells others nothing', async () => {
  const { ask } = await start({ apiKeys: ['secret'] })
  const bearer = (key: string) => ({ headers: { authorization: `Bearer ${key}` } })
  for (const path of ['/api/v1/things/a', '/api/v1/nothing']) {
    const got = await ask(path, bearer('wrong'))
    expect(got).toMatchObject({ status: 401, body: { code: 'unauthorized' } })
    expect(got.response.headers.get('www-authenticate')).toBe('Bearer')
  }
  expect((await ask('/api/v1/things/a', patch('{'))).status).toBe(401)
  expect((await ask('/api/v1/things/a', { method: 'DELETE' })).status).toBe(401)
  expect((await ask('/api/v1/things/a', bearer('secret'))).status).toBe(200)
  expect((await ask('/api/v1/nothing', bearer('secret'))).status).toBe(404)
  for (const path of ['/healthz', '/readyz', '/metrics']) expect((await ask(path)).status).toBe(200)
})

test('answers a failure of its own with a problem document that tells nothing of it', async () => {
  const inner = new Error('inner')
  const metrics = { contentType: 'text/plain', text: () => Promise.reject(inner) }
  const { ask, failures } = await start({ open: healthRoutes({ ...health, metrics }) })
  const got = await ask('/metrics')
  expect(got).toMatchObject({ status: 500, body: { status: 500, code: 'internal' } })
  expect(got.text).not.toContain('inner')
  expect(failures).toEqual([[inner, '/metrics']])
})

test('answers what is away for a while with when to ask again', async () => {
  const away = () => {
    throw new PipelineError('table_unavailable', 'away')
  }
  const { ask, failures } = await start({
    api: [{ path: '/away', methods: { GET: { describe, answer: away } } }],
  })
  const got = await ask('/api/v1/away')
  expect(got).toMatchObject({ status: 503, body: { code: 'table_unavailable', detail: 'away' } })
  expect(got.response.headers.get('retry-after')).toBe('1')
  expect(failures).toEqual([])
})

test('says what to change when the port is taken', async () => {
  const { url } = await start()
  const port = Number(new URL(url).port)
  await expect(start({ port })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('http.port'),
  })
})

test('closes at once although a client keeps its connection, or a request that never ends', async () => {
  const server = await start()
  await (await fetch(`${server.url}/healthz`)).text()
  const headers = { 'content-type': 'application/json', 'content-length': 100 }
  const hanging = httpRequest(`${server.url}/api/v1/things/a`, { method: 'PATCH', headers })
  const broken = new Promise(resolve => hanging.on('error', resolve))
  hanging.write('{')
  await (await fetch(`${server.url}/healthz`)).text()
  await server.close()
  await broken
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
})
