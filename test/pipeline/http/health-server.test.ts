import { expect, onTestFinished, test } from 'vitest'
import { healthServer, type HealthServerOptions } from '../../../pipeline/http/health-server.ts'

const ready = { ready: true, dependencies: { kafka: { ready: true, detail: null } } }

async function start(options: Partial<HealthServerOptions> = {}) {
  const server = await healthServer({
    host: '127.0.0.1',
    port: 0,
    readiness: () => ready,
    metrics: { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('a_total 1\n') },
    ...options,
  })
  onTestFinished(() => server.close())
  return server
}

test('answers /healthz while it is alive', async () => {
  const { url } = await start()
  const response = await fetch(`${url}/healthz`)
  expect(response.status).toBe(200)
})

test('answers /readyz by what its dependencies say at that moment', async () => {
  let state = ready
  const { url } = await start({ readiness: () => state })
  const first = await fetch(`${url}/readyz`)
  expect([first.status, await first.json()]).toEqual([200, ready])
  const detail = 'Kafka cannot be reached'
  const waiting = { ready: false, dependencies: { kafka: { ready: false, detail } } }
  state = Object.assign({}, ready, waiting)
  const second = await fetch(`${url}/readyz`)
  expect([second.status, await second.json()]).toEqual([503, waiting])
})

test('serves the metrics with their content type', async () => {
  const { url } = await start()
  const response = await fetch(`${url}/metrics`)
  expect(response.headers.get('content-type')).toContain('version=0.0.4')
  expect(await response.text()).toBe('a_total 1\n')
})

test('answers anything else with a problem document', async () => {
  const { url } = await start()
  const response = await fetch(`${url}/nothing`)
  expect(response.status).toBe(404)
  expect(response.headers.get('content-type')).toContain('application/problem+json')
  expect(await response.json()).toMatchObject({ status: 404, code: 'not_found', title: 'Not found' })
})

test('answers a failure of its own with a problem document that tells nothing of it', async () => {
  const { url } = await start({
    metrics: { contentType: 'text/plain', text: () => Promise.reject(new Error('inner')) },
  })
  const response = await fetch(`${url}/metrics`)
  expect(response.status).toBe(500)
  const text = await response.text()
  expect(JSON.parse(text)).toMatchObject({ status: 500, code: 'internal' })
  expect(text).not.toContain('inner')
})

test('says what to change when the port is taken', async () => {
  const { url } = await start()
  const port = Number(new URL(url).port)
  await expect(start({ port })).rejects.toMatchObject({
    code: 'config_invalid',
    message: expect.stringContaining('http.port'),
  })
})

test('closes at once although a client keeps its connection', async () => {
  const server = await start()
  await (await fetch(`${server.url}/healthz`)).text()
  await server.close()
  await expect(fetch(`${server.url}/healthz`)).rejects.toThrow()
})
