import { afterEach, describe, expect, inject, test } from 'vitest'
import { type KafkaPipeline, kafkaPipeline } from '../support/kafka-pipeline.ts'
import { servedAt } from '../support/served-at.ts'
import { waitFor } from '../support/wait-for.ts'

const rule = {
  rule_id: 'large',
  name: 'Large',
  event_types: ['trade'],
  group_by: ['data.symbol'],
  rule_config: {
    rule_type: 'hybrid',
    pre_filter: { expression: 'volume > 100' },
    llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 2, max_wait_seconds: 60 },
  },
}
const fromFile = {
  ...rule,
  rule_id: 'file',
  name: 'Of a file',
  rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 1000' } },
}

let pipeline: KafkaPipeline | undefined

afterEach(async () => {
  await pipeline?.dispose()
  pipeline = undefined
})

async function ask(url: string, method: string, path: string, more: { body?: object; tag?: string } = {}) {
  const response = await fetch(`${url}/api/v1${path}`, {
    method,
    headers: {
      ...(more.body && { 'content-type': 'application/json' }),
      ...(more.tag !== undefined && { 'if-match': more.tag }),
    },
    ...(more.body && { body: JSON.stringify(more.body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    tag: response.headers.get('etag'),
    body: text === '' ? null : JSON.parse(text),
  }
}

const trade = (id: string, volume: number) => ({
  event_id: id,
  event_type: 'trade',
  data: { symbol: 'BTC', volume },
})

describe.skipIf(inject('kafkaSkipped') !== '')('the rules of a deployment over HTTP', () => {
  const brokers = inject('kafkaBrokers')

  test(
    'are written at one process, and hold at every other one, over restarts',
    { timeout: 180_000 },
    async () => {
      const started = (pipeline = await kafkaPipeline({ brokers, rules: [fromFile] }))
      const [one, other] = [await started.start(), await started.start()]
      const [here, there] = [servedAt(one), servedAt(other)]
      const soon = async (what: string, holds: () => Promise<boolean>, withinMs = 20_000) =>
        waitFor(holds, { what, withinMs, everyMs: 20 })

      expect((await ask(here, 'GET', '/rules')).body).toMatchObject({
        items: [{ rule_id: 'file', metadata: { version: 1, updated_by: 'file' } }],
        next_cursor: null,
      })
      expect(await ask(here, 'POST', '/rules', { body: rule })).toMatchObject({ status: 201, tag: '"1"' })
      await soon(
        'the rule at the other',
        async () => (await ask(there, 'GET', '/rules/large')).status === 200,
        1000,
      )
      expect((await ask(there, 'POST', '/rules', { body: rule })).status).toBe(409)

      await started.send([trade('a', 200), trade('small', 50), trade('b', 300)])
      await soon('an alert', async () => (await started.alerts()).length === 1)
      const history = async (url: string) => (await ask(url, 'GET', '/rules/large/history')).body.items
      for (const url of [here, there]) {
        await soon('the decision', async () => (await history(url)).length === 1)
        expect(await history(url)).toMatchObject([{ rule_version: 1, outcome: 'triggered', event_count: 2 }])
      }

      // Of two that change the same version at once at two processes one comes first.
      const raises = [here, there].map(url =>
        ask(url, 'PATCH', '/rules/large', { body: { priority: 7 }, tag: '"1"' }),
      )
      expect((await Promise.all(raises)).map(({ status }) => status).toSorted()).toEqual([200, 412])

      await started.send([trade('c', 200)])
      const windows = async () =>
        (await Promise.all([here, there].map(url => ask(url, 'GET', '/windows')))).flatMap(
          ({ body }) => body.items,
        )
      await soon('an open window', async () => (await windows()).length === 1)
      expect(await windows()).toMatchObject([{ rule_id: 'large', rule_version: 2, events: 1, size: 2 }])
      expect((await ask(there, 'PATCH', '/rules/large/status', { body: { enabled: false } })).tag).toBe('"3"')
      await soon('the change here', async () => (await ask(here, 'GET', '/rules/large')).tag === '"3"', 1000)
      expect((await ask(here, 'POST', '/rules/large/explain', { body: trade('d', 200) })).body.result).toBe(
        'disabled',
      )

      for (const { child, exited } of [one, other]) {
        child.kill('SIGTERM')
        expect((await exited).code).toBe(0)
      }
      const again = servedAt(await started.start())
      expect((await ask(again, 'GET', '/rules/large')).body).toMatchObject({
        enabled: false,
        priority: 7,
        metadata: { version: 3, created_by: 'api', updated_by: 'api' },
      })
      // The window of `c` is taken again, and its rule is off.
      await soon('the cancelled window', async () => (await history(again)).length === 2)
      expect((await history(again))[0]).toMatchObject({ outcome: 'cancelled', closed_by: 'rule_change' })
      expect((await ask(again, 'DELETE', '/rules/large')).status).toBe(204)
      expect((await ask(again, 'GET', '/rules/large')).status).toBe(404)
      expect(await history(again)).toHaveLength(2)
      expect(started.simulator.stats().requests).toBe(1)
    },
  )
})
