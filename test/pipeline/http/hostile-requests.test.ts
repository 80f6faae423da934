import { expect, onTestFinished, test } from 'vitest'
import { httpServer, type HttpServerOptions } from '../../../pipeline/http/http-server.ts'
import { problemDocumentSchema } from '../../../pipeline/http/problem-document.ts'
import { allRoutes } from '../../support/all-routes.ts'
import { rawExchange } from '../../support/raw-exchange.ts'

async function start(options: Partial<HttpServerOptions> = {}) {
  const failures: unknown[] = []
  const onFailure = (error: unknown) => failures.push(error)
  const server = await httpServer({
    host: '127.0.0.1',
    port: 0,
    ...allRoutes(),
    apiKeys: [],
    onFailure,
    ...options,
  })
  onTestFinished(() => server.close())
  return { url: server.url, failures }
}

const path = '/api/v1/models/fast'

function change(body: string, headers: readonly string[] = ['content-type: application/json']): string {
  const lines = [
    `PATCH ${path} HTTP/1.1`,
    'host: a',
    `content-length: ${Buffer.byteLength(body)}`,
    ...headers,
  ]
  return `${lines.join('\r\n')}\r\nconnection: close\r\n\r\n${body}`
}

function get(address: string): string {
  return `GET ${address} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n`
}

test.each<[what: string, request: string | Buffer, statuses: readonly (number | null)[]]>([
  ['nothing', '', [null, 400]],
  ['half a line', 'GET /hea', [400]],
  ['half the headers', `GET /healthz HTTP/1.1\r\nhost`, [400]],
  ['half a body', change('{"a": 1}').slice(0, -3), [null, 400]],
  ['no HTTP', 'hello\r\n\r\n', [400]],
  ['bytes', Buffer.from([0, 255, 22, 3, 1, 2, 0]), [400]],
  ['HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', [400]],
  ['a method of its own', 'BREW /healthz HTTP/1.1\r\nhost: a\r\n\r\n', [400]],
  ['no host', 'GET /healthz HTTP/1.1\r\nconnection: close\r\n\r\n', [400]],
  ['headers of 20 KB', `GET /healthz HTTP/1.1\r\nhost: a\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`, [431]],
  ['3,000 headers', `GET /healthz HTTP/1.1\r\nhost: a\r\n${'a: b\r\n'.repeat(3000)}\r\n`, [431]],
  ['an address of 20 KB', get(`/${'a'.repeat(20_000)}`), [431]],
  ['two lengths', change('{}', ['content-length: 5']), [400]],
  ['a length and chunks', change('{}', ['transfer-encoding: chunked']), [400]],
  ['a negative length', 'PATCH /x HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n', [400]],
  ['a body of 2 MB', change(`"${'x'.repeat(2_000_000)}"`), [413]],
  ['broken JSON', change('{"max_retries":'), [400]],
  ['no JSON at all', change('\u0000'), [400]],
  ['10,000 levels', change('['.repeat(10_000) + ']'.repeat(10_000)), [400]],
  ['a prototype', change('{"__proto__": {"max_retries": 1}}'), [400]],
  ['a nested prototype', change('{"limits": {"__proto__": {"concurrency": 1}}}'), [400]],
  ['a constructor', change('{"constructor": {"prototype": {"polluted": true}}}'), [400, 422]],
  ['numbers without an end', change('{"max_retries": 1e999}'), [422]],
  ['a form', change('max_retries=1', ['content-type: application/x-www-form-urlencoded']), [415]],
  ['text', change('{"max_retries": 1}', ['content-type: text/plain']), [415]],
  ['a broken content type', change('{}', ['content-type: ;;;']), [415]],
  [
    'another coding',
    change('{}', ['content-type: application/json', 'content-encoding: gzip']),
    [200, 400, 415],
  ],
  ['a path upwards', get('/api/v1/../../etc/passwd'), [404]],
  ['a coded path upwards', get('/api/v1/models/%2e%2e%2f%2e%2e%2fetc%2fpasswd'), [404]],
  ['a doubled coding', get('/api/v1/models/%252e'), [404]],
  ['half a coding', get('/api/v1/models/%'), [400]],
  ['bytes that are no UTF-8', get('/api/v1/models/%ff%fe'), [400]],
  ['a zero byte', get('/api/v1/models/a%00b'), [404]],
  ['slashes', get('//api//v1//models'), [404]],
  ['a name that every object has', get('/api/v1/models/__proto__'), [404]],
  ['another host in the line', get('http://elsewhere/healthz'), [200, 404]],
  ['a query that repeats', get('/api/v1/models?limit=1&limit=2'), [400]],
  ['a query of brackets', get('/api/v1/models?limit[__proto__]=1'), [200]],
])('answers %s, and goes on', async (_, request, statuses) => {
  const { url, failures } = await start()
  const answer = await rawExchange(url, request)
  const status = /^HTTP\/1\.1 (\d+)/.exec(answer)?.[1]
  expect(statuses).toContain(status === undefined ? null : Number(status))
  // Node answers by itself where there is no host, without a body.
  if (Number(status) >= 400 && !answer.endsWith('\r\n\r\n')) {
    expect(answer).toMatch(/content-type: application\/problem\+json/i)
    const body = problemDocumentSchema.parse(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n'))))
    expect(body.status).toBe(Number(status))
  }
  expect(failures).toEqual([])
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
})

test.each([
  ['a byte of its headers', 'GET /healthz HTTP/1.1\r\nhost: a\r\nx-slow: '],
  [
    'a byte of its body',
    `PATCH ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{`,
  ],
])('closes a connection on which the next %s does not come', async (_, begun) => {
  const { url, failures } = await start({ receiveMs: 100 })
  const answer = await rawExchange(url, begun, false)
  expect(answer).toMatch(/^HTTP\/1\.1 408 /)
  expect(answer).toContain('"code":"timeout"')
  expect(failures).toEqual([])
})
