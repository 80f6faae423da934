import { concatMap, from, NEVER, type Observable, throwError } from 'rxjs'
import { expect, test } from 'vitest'
import type { AskedRequest, Method } from '../../../pipeline/http/http-route.ts'
import { memoryPartition } from '../../../pipeline/memory/memory-partition.ts'
import { modelRoutes } from '../../../pipeline/models/model-routes.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { callRequest } from '../../support/model-gate-of.ts'
import { modelBench } from '../../support/model-bench.ts'

function bench(log = memoryPartition()) {
  const process = modelBench(log)
  const following = process.kept$.subscribe()
  const ask = async (method: Method, path: string, more: Partial<AskedRequest> = {}) => {
    const asked = process.routes.find(route => route.path === path)?.methods[method]
    if (asked === undefined) throw new Error(`there is no ${method} ${path}`)
    const { status, body } = await asked.answer({
      params: {},
      query: {},
      headers: {},
      body: undefined,
      ...more,
    })
    return { status, body: typeof body === 'string' ? JSON.parse(body) : body }
  }
  const get = (name: string) => ask('GET', '/models/:name', { params: { name } })
  const patch = (name: string, body: unknown, query: AskedRequest['query'] = {}) =>
    ask('PATCH', '/models/:name', { params: { name }, query, body })
  return { ...process, following, ask, get, patch }
}

/** Not before others had their turn, as over a network. */
function later<T>(write$: Observable<T>): Observable<T> {
  return from(Promise.resolve()).pipe(concatMap(() => write$))
}

const noLatency = { mean_ms: null, p95_ms: null }

test('shows a model whole, and never its key', async () => {
  const { get } = bench()
  const { status, body } = await get('fast')
  const limits = {
    requests_per_minute: 600,
    tokens_per_minute: null,
    input_tokens_per_minute: null,
    output_tokens_per_minute: null,
    requests_per_day: null,
    tokens_per_day: null,
    concurrency: 32,
    jitter_seconds: 1,
  }
  const terms = {
    limits,
    price: null,
    max_retries: 3,
    base_retry_delay_seconds: 2,
    max_retry_delay_seconds: 60,
    fallback_after_seconds: 60,
  }
  expect([status, body]).toEqual([
    200,
    {
      name: 'fast',
      provider: 'openai',
      model_id: 'gpt',
      configured: terms,
      settings: {},
      in_force: terms,
      learned: {},
      used: {
        requests_per_minute: 0,
        tokens_per_minute: 0,
        input_tokens_per_minute: 0,
        output_tokens_per_minute: 0,
        requests_per_day: 0,
        tokens_per_day: 0,
        concurrency: 0,
      },
      in_flight: 0,
      queued: { low: 0, medium: 0, high: 0, critical: 0 },
      closed_seconds: 0,
      breaker: { open: false, reason: null, until: null },
      fallback: ['other'],
      statistics: expect.objectContaining({
        since: '2026-11-20T10:00:00.000Z',
        calls: 0,
        latency: { window: noLatency, queue: noLatency, call: noLatency },
      }),
    },
  ])
  expect(JSON.stringify(body)).not.toContain('SECRET')
})

test('shows what a model does now: calls, the queue, the breaker, quiet that was asked for', async () => {
  const { get, model, clock } = bench()
  const { gate } = model('fast')
  for (const priority of ['high', 'high', 'low'] as const)
    gate.admit(NEVER, callRequest({ priority, tokens: { input: 100, output: 20 } })).subscribe()
  gate.quota.close(90_500)
  const { body } = await get('fast')
  expect(body).toMatchObject({
    used: { requests_per_minute: 1, tokens_per_minute: 120, concurrency: 1 },
    in_flight: 1,
    queued: { low: 1, medium: 0, high: 1, critical: 0 },
    closed_seconds: 91,
  })
  const failing$ = throwError(() => new PipelineError('model_out_of_money', 'empty'))
  model('other')
    .gate.admit(failing$, callRequest())
    .subscribe({ error: () => undefined })
  const until = new Date(clock.now() + 30_000).toISOString()
  expect((await get('other')).body).toMatchObject({ breaker: { open: true, reason: 'money', until } })
})

test('lists the models that are asked here, in parts', async () => {
  const { ask } = bench()
  const all = await ask('GET', '/models')
  expect(all).toMatchObject({
    status: 200,
    body: { items: [{ name: 'fast' }, { name: 'other' }], next_cursor: null },
  })
  const first = await ask('GET', '/models', { query: { limit: '1' } })
  expect(first).toMatchObject({ body: { items: [{ name: 'fast' }], next_cursor: 'fast' } })
  const wrong = await ask('GET', '/models', { query: { limit: '0' } })
  expect(wrong).toMatchObject({ status: 400, body: { code: 'malformed' } })
})

test('changes a model at once, keeps it for the next start, and tells every process', async () => {
  const log = memoryPartition()
  const [one, other] = [bench(log), bench(log)]
  const first = await one.patch('fast', { limits: { requests_per_minute: 240 } })
  expect(first).toMatchObject({
    status: 200,
    body: {
      configured: { limits: { requests_per_minute: 600 } },
      settings: { limits: { requests_per_minute: 240 } },
      in_force: { limits: { requests_per_minute: 240 } },
    },
  })
  expect((await other.get('fast')).body).toEqual(first.body)
  await other.patch('fast', { max_retries: 7 })
  one.following.unsubscribe()
  const later = bench(log)
  expect(later.model('fast').settings).toEqual({ limits: { requests_per_minute: 240 }, max_retries: 7 })
  await later.patch('fast', { limits: null, max_retries: null })
  expect(other.model('fast').settings).toEqual({})
  expect(log.records.at(-1)?.value).toBeNull()
})

test('lets each of many changes at once go over the one before', async () => {
  const { models, table, describe, model, kept$ } = modelBench()
  kept$.subscribe()
  const late = { ...table, put: (...entry: Parameters<typeof table.put>) => later(table.put(...entry)) }
  const change = modelRoutes({ models, table: late, describe }).at(-1)?.methods.PATCH
  const patch = async (name: string, body: object) =>
    change?.answer({ params: { name }, query: {}, headers: {}, body })
  const keys = ['requests_per_minute', 'tokens_per_minute', 'requests_per_day', 'tokens_per_day']
  await Promise.all(keys.map((key, n) => patch('fast', { limits: { [key]: n + 1 } })))
  expect(model('fast').settings.limits).toEqual(Object.fromEntries(keys.map((key, n) => [key, n + 1])))
})

test('shows with dry_run what would be, and changes nothing', async () => {
  const { patch, model, log } = bench()
  const body = { limits: { requests_per_minute: 'none' }, max_retries: 0 }
  const seen = await patch('fast', body, { dry_run: 'true' })
  expect(seen).toMatchObject({
    status: 200,
    body: { settings: body, in_force: { limits: { requests_per_minute: null }, max_retries: 0 } },
  })
  expect(JSON.stringify(seen.body)).not.toContain('SECRET')
  expect([model('fast').settings, log.records]).toEqual([{}, []])
  expect(await patch('fast', body, { dry_run: 'yes' })).toMatchObject({ status: 400 })
})

test.each([
  ['fast', [], 400, 'malformed'],
  ['fast', undefined, 400, 'malformed'],
  ['fast', 'text', 400, 'malformed'],
  ['fast', null, 400, 'malformed'],
  ['fast', { limits: { concurrency: 0 } }, 422, 'invalid'],
  ['local', {}, 404, 'not_found'],
  ['constructor', {}, 404, 'not_found'],
])('refuses a change of %s by %j with %i %s', async (name, body, status, code) => {
  const { patch, log } = bench()
  expect(await patch(name, body)).toMatchObject({ status, body: { status, code } })
  expect(log.records).toEqual([])
})

test('fails where it cannot be kept, and goes on with the next change', async () => {
  const { patch, model, following, kept$ } = bench()
  following.unsubscribe()
  await expect(patch('fast', { max_retries: 1 })).rejects.toMatchObject({ code: 'table_unavailable' })
  expect(model('fast').settings).toEqual({})
  kept$.subscribe()
  expect(await patch('fast', { max_retries: 2 })).toMatchObject({ status: 200 })
  expect(model('fast').settings).toEqual({ max_retries: 2 })
})
