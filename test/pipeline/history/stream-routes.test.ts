import { expect, onTestFinished, test } from 'vitest'
import type { StreamBounds } from '../../../pipeline/history/decision-stream.ts'
import { streamRoutes, type StreamRoutesOptions } from '../../../pipeline/history/stream-routes.ts'
import { httpServer } from '../../../pipeline/http/http-server.ts'
import { PipelineError } from '../../../schemas/failure.ts'
import { decisionBench } from '../../support/decision-bench.ts'
import { waitFor } from '../../support/wait-for.ts'
import { type EventSourceOptions, eventSource } from '../../support/event-source.ts'

interface ServedOptions extends Partial<Omit<StreamRoutesOptions, 'bounds'>> {
  readonly bounds?: Partial<StreamBounds>
  readonly bench?: ReturnType<typeof decisionBench>
}

async function served({ bench = decisionBench(), bounds, ...more }: ServedOptions = {}) {
  const { feed, topicLog, feedNow } = bench
  const stream = streamRoutes({
    feed,
    log: topicLog,
    partitions: 2,
    clientsMax: 10,
    ...more,
    bounds: { waitingMax: 1000, waitingCharactersMax: 1_000_000, heartbeatMs: 60_000, ...bounds },
  })
  const failures: unknown[] = []
  const onFailure = (error: unknown) => failures.push(error)
  const where = { host: '127.0.0.1', port: 0, apiKeys: [], open: [] }
  const server = await httpServer({ ...where, api: stream.routes, onFailure })
  onTestFinished(async () => {
    await stream.close()
    await server.close()
  })
  const url = `${server.url}/api/v1/decisions/stream`
  const listen = (query = '', options: EventSourceOptions = {}) => eventSource(`${url}${query}`, options)
  /** Decides and feeds; answers the id. */
  const decide = (...decision: Parameters<typeof bench.decide>): string => {
    const id = bench.decide(...decision)
    feedNow()
    return id
  }
  return { ...bench, stream, url, listen, decide, failures }
}

type Client = Awaited<ReturnType<typeof eventSource>>
const idsOf = (client: Client) => client.data('decision').map(({ decision_id }) => decision_id)
const got = (client: Client, count: number) =>
  client.until(() => client.data('decision').length >= count, `${count} decisions`)

test('sends each decision as it is made, whole and on one line, and none of before', async () => {
  const { open, listen, decide, log } = await served()
  decide('a', 0)
  open()
  const client = await listen()
  expect(client).toMatchObject({
    status: 200,
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store' },
  })
  const ids = [decide('a', 0), decide('b', 1)]
  await got(client, 2)
  expect(idsOf(client)).toEqual(ids)
  expect(client.data('decision')[1]).toEqual(
    JSON.parse(String(log.records('llmtrigger.decisions', 1)[0]?.value)),
  )
  expect(client.events[0]).toEqual({ retry: '2000' })
})

test('sends nothing of what was decided before it was followed, though it is read into memory now', async () => {
  const { open, listen, decide, feedNow } = await served()
  decide('a', 0)
  open([0, 0])
  const client = await listen()
  feedNow()
  const id = decide('a', 1)
  await got(client, 1)
  expect(idsOf(client)).toEqual([id])
})

test('sends only those of the rule and the outcome that are asked for', async () => {
  const { open, listen, decide } = await served()
  open()
  const [ofRule, ofOutcome] = [await listen('?rule_id=a'), await listen('?rule_id=a&outcome=triggered')]
  const ids = [decide('a', 0), decide('b', 0), decide('a', 1, { outcome: 'triggered' })]
  decide('b', 0, { outcome: 'triggered' })
  await Promise.all([got(ofRule, 2), got(ofOutcome, 1)])
  expect([idsOf(ofRule), idsOf(ofOutcome)]).toEqual([[ids[0], ids[2]], [ids[2]]])
})

test.each(['?outcome=maybe', '?rule_id=', '?rule_id=a&rule_id=b'])('refuses %s', async query => {
  const { url } = await served()
  const answer = await fetch(`${url}${query}`)
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'malformed' }])
})

test.each(['x y', '1', '1.2.3'])('refuses the id %j of a last event', async id => {
  const { url } = await served()
  const answer = await fetch(url, { headers: { 'last-event-id': id } })
  expect([answer.status, await answer.json()]).toMatchObject([400, { code: 'malformed' }])
})

test('goes on behind the last event that a client had: nothing lost, nothing twice', async () => {
  const { open, listen, decide } = await served()
  open()
  const first = await listen()
  const ids = [decide('a', 0), decide('a', 1), decide('b', 0)]
  await got(first, 3)
  const last = first.events.filter(({ event }) => event === 'decision')[0]?.id ?? ''
  first.close()
  for (let n = 0; n < 3000; n++) ids.push(decide('a', n % 2))
  const second = await listen('', { headers: { 'last-event-id': last } })
  ids.push(decide('b', 1))
  await got(second, ids.length - 1)
  ids.push(decide('a', 1))
  await got(second, ids.length - 1)
  expect(idsOf(second).toSorted()).toEqual(ids.slice(1).toSorted())
  expect(second.data('dropped')).toEqual([])
})

test('goes on where another process was that had read more, and from now on where a topic is another one', async () => {
  const bench = decisionBench()
  const { open, listen, decide } = await served({ bench })
  open()
  const ids = [bench.decide('a', 0), bench.decide('a', 0)]
  const ahead = await listen('', { headers: { 'last-event-id': '2.0' } })
  const elsewhere = await listen('', { headers: { 'last-event-id': 'zz.0' } })
  await ahead.until(() => ahead.events.length > 0 && elsewhere.events.length > 0, 'both')
  ids.push(decide('a', 0))
  await Promise.all([got(ahead, 1), got(elsewhere, 3)])
  expect([idsOf(ahead), idsOf(elsewhere)]).toEqual([ids.slice(2), ids])
})

test('tells a client that is too slow how many it has missed, and holds no more than it may', async () => {
  const { open, listen, decide } = await served({ bounds: { waitingMax: 5 } })
  open()
  const client = await listen('', { isSlow: true })
  const count = 400
  for (let n = 0; n < count; n++) decide('a', 0, { reason: 'x'.repeat(50_000) })
  client.read()
  await client.until(() => client.data('dropped').length > 0, 'the drop')
  const dropped = client.data('dropped').reduce((sum, data) => sum + Number(data['count']), 0)
  expect(dropped).toBeGreaterThan(0)
  await got(client, count - dropped)
  const after = decide('a', 0)
  await client.until(() => idsOf(client).at(-1) === after, 'the next one')
  expect(client.data('decision')).toHaveLength(count - dropped + 1)
})

test('cuts off a client that reads nothing any more', async () => {
  const { open, listen, decide, url } = await served({ clientsMax: 1, bounds: { heartbeatMs: 20 } })
  open()
  const client = await listen('', { isSlow: true })
  const isFree = async () => {
    // What lies between takes some megabytes.
    for (let n = 0; n < 10; n++) decide('a', 0, { reason: 'x'.repeat(50_000) })
    return (await fetch(url, { method: 'HEAD' })).status === 200
  }
  await waitFor(isFree, { what: 'its place', withinMs: 15_000, everyMs: 10 })
  client.read()
  await client.until(() => client.end === 'cut', 'its end')
})

async function untilOpen(listen: () => Promise<Client>): Promise<Client> {
  for (let tries = 0; tries < 500; tries++) {
    const client = await listen()
    if (client.status === 200) return client
    client.close()
  }
  throw new Error('there is no place')
}

test('shows that it is there while nothing is decided', async () => {
  const { open, listen } = await served({ bounds: { heartbeatMs: 10 } })
  open()
  const client = await listen()
  await client.until(
    () => client.events.filter(({ comment }) => comment !== undefined).length > 2,
    'heartbeats',
  )
})

test('takes only so many clients, and the next one when one has gone', async () => {
  const { open, listen, url } = await served({ clientsMax: 2 })
  open()
  const clients = [await listen(), await listen()]
  const refused = await fetch(url)
  expect([refused.status, refused.headers.get('retry-after'), await refused.json()]).toMatchObject([
    503,
    '10',
    { code: 'busy' },
  ])
  clients[0]?.close()
  expect((await untilOpen(listen)).status).toBe(200)
})

test('takes no place for who only asks whether it is there', async () => {
  const { open, listen, url } = await served({ clientsMax: 1 })
  open()
  for (let n = 0; n < 3; n++) expect((await fetch(url, { method: 'HEAD' })).status).toBe(200)
  expect((await listen()).status).toBe(200)
})

test('ends in order, with all that was decided before, and opens no more', async () => {
  const { open, listen, decide, stream, url } = await served()
  open()
  const client = await listen()
  const ids = [decide('a', 0), decide('a', 0)]
  await stream.close()
  await client.until(() => client.end === 'ended', 'the end')
  expect(idsOf(client)).toEqual(ids)
  expect((await fetch(url)).status).toBe(503)
})

test('waits for a topic that cannot be read, with what was missed and what comes', async () => {
  const bench = decisionBench()
  let isAway = true
  const log = {
    ...bench.topicLog,
    read: (...span: Parameters<typeof bench.topicLog.read>) => {
      if (isAway) throw new PipelineError('log_unavailable', 'away')
      return bench.topicLog.read(...span)
    },
  }
  const { open, listen, decide } = await served({ bench, log })
  const ids = [bench.decide('a', 0), bench.decide('a', 0)]
  open()
  const client = await listen('', { headers: { 'last-event-id': '1.0' } })
  ids.push(decide('b', 1))
  await client.until(() => client.events.length > 0, 'the beginning')
  expect(idsOf(client)).toEqual([])
  isAway = false
  await got(client, 2)
  expect(idsOf(client)).toEqual(ids.slice(1))
})
