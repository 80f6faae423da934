import { expect, onTestFinished, test } from 'vitest'
import { historyRoutes } from '../../../pipeline/history/history-routes.ts'
import { httpServer } from '../../../pipeline/http/http-server.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { decisionBench } from '../../support/decision-bench.ts'

async function served(bench = decisionBench(), log = bench.topicLog) {
  const where = { host: '127.0.0.1', port: 0, apiKeys: [], open: [] }
  const api = historyRoutes({ feed: bench.feed, log, partitions: 2 })
  const server = await httpServer({ ...where, api, onFailure: () => undefined })
  onTestFinished(() => server.close())
  const ask = async (path: string) => {
    const answer = await fetch(`${server.url}/api/v1/rules/${path}`)
    return { status: answer.status, headers: answer.headers, body: JSON.parse(await answer.text()) }
  }
  return { ...bench, ask }
}

test('answers whole decisions, as they were written, in pages', async () => {
  const { decide, ask, log } = await served()
  for (let n = 0; n < 5; n++) decide('asked', n % 2)
  const written = [0, 1].flatMap(partition =>
    log
      .records('llmtrigger.decisions', partition)
      .map(({ value }): { decision_id: string } => JSON.parse(String(value))),
  )
  const newestFirst = written.toSorted((one, other) => (one.decision_id < other.decision_id ? 1 : -1))
  const first = await ask('asked/history?limit=3')
  expect(first).toMatchObject({ status: 200, body: { items: newestFirst.slice(0, 3) } })
  expect(first.headers.get('content-type')).toMatch(/^application\/json/)
  const second = await ask(`asked/history?limit=3&cursor=${first.body.next_cursor}`)
  expect(second.body).toEqual({ items: newestFirst.slice(3), next_cursor: null })
})

test('answers an empty history of a rule that has none, or is none', async () => {
  const { ask } = await served()
  expect(await ask('new/history')).toMatchObject({ status: 200, body: { items: [], next_cursor: null } })
  expect(await ask('a%7Ck/history')).toMatchObject({ status: 200, body: { items: [], next_cursor: null } })
})

test('narrows down by outcome and by times as people write them', async () => {
  const { decide, ask, timeOf } = await served()
  for (let n = 1; n <= 6; n++) decide('asked', 0, { outcome: n % 2 === 0 ? 'triggered' : 'cancelled' })
  const { body } = await ask(`asked/history?outcome=triggered&from=${timeOf(3)}&to=2026-11-20T10:00:06`)
  expect(body.items).toMatchObject([{ decision_id: 'd4' }])
})

test.each([
  'limit=0',
  'limit=1001',
  'limit=x',
  'limit=1&limit=2',
  'cursor=',
  'cursor=1',
  'cursor=1.2.3',
  'cursor=a%20b',
  'outcome=maybe',
  'from=yesterday',
  'to=',
])('refuses %s', async query => {
  const { ask } = await served()
  const name = query.split('=')[0]
  const { status, body } = await ask(`asked/history?${query}`)
  expect([status, body]).toMatchObject([
    400,
    { code: 'malformed', detail: expect.stringContaining(name ?? '') },
  ])
})

test('says that it cannot look, and when to try again, while the topic cannot be read', async () => {
  const bench = decisionBench()
  const away = () => Promise.reject(new PipelineError('log_unavailable', 'decisions cannot be read'))
  const { ask } = await served(bench, { ...bench.topicLog, ends: away })
  const { status, headers, body } = await ask('asked/history')
  expect([status, headers.get('retry-after'), body]).toMatchObject([503, '1', { code: 'log_unavailable' }])
})

test('reads only so many pages at once', async () => {
  const bench = decisionBench()
  const { promise: ends, resolve } = Promise.withResolvers<readonly number[]>()
  const { ask } = await served(bench, { ...bench.topicLog, ends: () => ends })
  const asked = Array.from({ length: 5 }, () => ask('asked/history'))
  expect(await Promise.race(asked)).toMatchObject({ status: 503, body: { code: 'busy' } })
  resolve([0, 0])
  const statuses = (await Promise.all(asked)).map(({ status }) => status)
  expect(statuses.toSorted()).toEqual([200, 200, 200, 200, 503])
})
