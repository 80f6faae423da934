import { NEVER } from 'rxjs'
import { expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { httpServer } from '../../../pipeline/http/http-server.ts'
import { LaneWatch } from '../../../pipeline/windows/lane-watch.ts'
import { windowRoutes } from '../../../pipeline/windows/window-routes.ts'
import { memoryPipeline, type MemoryPipelineOptions, START_MS } from '../../support/memory-pipeline.ts'
import { scriptedModel } from '../../support/scripted-model.ts'

const pageSchema = z.object({
  items: z.array(z.looseObject({ key: z.string(), partition: z.number() })),
  lanes: z.array(
    z.looseObject({ open_windows: z.number(), judging_windows: z.number(), held_by: z.unknown() }),
  ),
  next_cursor: z.string().nullable(),
})

function ruleOf(id: string, config: object) {
  const llm = { description: 'x', ...config }
  return {
    rule_id: id,
    name: id,
    event_types: [id],
    rule_config: { rule_type: 'llm', llm_config: llm },
    metadata: { version: 3 },
  }
}

const rules = [
  ruleOf('batched', { trigger_mode: 'batch', batch_size: 5, max_wait_seconds: 30 }),
  ruleOf('ticking', { trigger_mode: 'interval', interval_seconds: 60 }),
  ruleOf('asked', {}),
]

async function served(options: Partial<MemoryPipelineOptions> = {}) {
  const watch = new LaneWatch()
  const pipeline = memoryPipeline({ rules, model: () => () => NEVER, watch, ...options })
  const running = pipeline.start()
  const { clock } = pipeline
  const where = { host: '127.0.0.1', port: 0, apiKeys: [], open: [] }
  const api = windowRoutes({ watch, now: () => clock.now() })
  const server = await httpServer({ ...where, api, onFailure: () => undefined })
  onTestFinished(async () => {
    running.unsubscribe()
    await server.close()
  })
  const ask = async (query = '') => {
    const got = await fetch(`${server.url}/api/v1/windows${query}`)
    const body: unknown = JSON.parse(await got.text())
    return { status: got.status, body }
  }
  const page = async (query = '') => pageSchema.parse((await ask(query)).body)
  const held = async () => (await page()).lanes.filter(({ held_by: holder }) => holder !== null)
  const send = (type: string, key: string) => pipeline.send({ event_type: type, context_key: key })
  return { ...pipeline, running, ask, page, held, send }
}

test('shows nothing open in lanes that hold nothing', async () => {
  const { ask } = await served()
  const lane = { watermark: '0', position: '0', open_windows: 0, judging_windows: 0, held_by: null }
  const lanes = [0, 1, 2, 3].map(partition => ({ partition, ...lane }))
  expect(await ask()).toEqual({ status: 200, body: { items: [], next_cursor: null, lanes } })
})

test('shows the fill of an open window and how soon it closes, and that it holds the watermark', async () => {
  const { page, send, clock, held } = await served()
  send('batched', 'one')
  clock.advanceTo(START_MS + 10_000)
  send('batched', 'one')
  const opened_at = '2026-11-20T10:00:00.000Z'
  const { items } = await page()
  const partition = items[0]?.partition
  expect(items).toEqual([
    {
      rule_id: 'batched',
      rule_version: 3,
      key: 'one',
      mode: 'batch',
      events: 2,
      size: 5,
      opened_at,
      due_at: '2026-11-20T10:00:30.000Z',
      closes_in_seconds: 20,
      partition,
    },
  ])
  const held_by = {
    rule_id: 'batched',
    key: 'one',
    offset: '0',
    state: 'open',
    arrived_at: opened_at,
    age_seconds: 10,
  }
  const counts = { watermark: '0', position: '2', open_windows: 1, judging_windows: 0 }
  expect(await held()).toEqual([{ partition, ...counts, held_by }])
})

test('shows no size for a window that closes by its tick alone', async () => {
  const { page, send } = await served()
  send('ticking', 'one')
  expect((await page()).items).toMatchObject([{ mode: 'interval', events: 1, size: null }])
})

test('shows a closed window that waits for its verdict as what holds the watermark, before what is open', async () => {
  const { send, held, clock } = await served()
  send('asked', 'one')
  clock.advanceTo(START_MS + 1500)
  for (let n = 0; n < 50; n++) send('batched', `k${n}`)
  const [lane] = (await held()).filter(({ judging_windows: count }) => count > 0)
  expect(lane).toMatchObject({
    held_by: { rule_id: 'asked', key: 'one', state: 'judging', age_seconds: 1.5 },
  })
  expect(lane?.open_windows).toBeGreaterThan(0)
})

test('shows nothing of a window that is committed, nor of lanes that have left', async () => {
  const { send, ask, page, held, running, clock } = await served({
    model: clock => scriptedModel({ clock }).ask,
  })
  for (let n = 0; n < 20; n++) send('batched', `k${n % 4}`)
  send('asked', 'one')
  // What is judged waits for the clock.
  clock.advanceTo(START_MS + 1000)
  const { items, lanes } = await page()
  expect([items, await held()]).toEqual([[], []])
  expect(lanes.map(({ judging_windows: judging }) => judging)).toEqual([0, 0, 0, 0])
  running.unsubscribe()
  expect((await ask()).body).toEqual({ items: [], next_cursor: null, lanes: [] })
})

test('answers each window once in pages, also while others open and close', async () => {
  const { send, page } = await served()
  for (let n = 0; n < 25; n++) send('batched', `k${n}`)
  const keys: string[] = []
  let cursor: string | null = ''
  while (cursor !== null) {
    const { items, next_cursor: next } = await page(`?limit=4${cursor === '' ? '' : `&cursor=${cursor}`}`)
    expect(items.length).toBeLessThanOrEqual(4)
    keys.push(...items.map(({ key }) => key))
    cursor = next
    // The oldest closes, and the cursor goes on all the same.
    if (keys.length === 4) for (let n = 0; n < 4; n++) send('batched', keys.at(-1) ?? '')
  }
  expect(keys.toSorted()).toEqual(Array.from({ length: 25 }, (_, n) => `k${n}`).toSorted())
})

test('shows only the windows of a rule', async () => {
  const { send, page } = await served()
  for (const type of ['batched', 'ticking', 'batched']) send(type, 'one')
  expect((await page('?rule_id=ticking')).items).toMatchObject([{ rule_id: 'ticking' }])
  expect((await page('?rule_id=nobody')).items).toEqual([])
})

test.each(['?limit=0', '?limit=1001', '?limit=x', '?cursor=', '?cursor=1', '?cursor=1.2.3', '?rule_id='])(
  'refuses %s',
  async query => {
    const { ask } = await served()
    expect(await ask(query)).toMatchObject({ status: 400, body: { code: 'malformed' } })
  },
)

test('answers at most 1000 windows at once, however many are open', async () => {
  const { send, page } = await served()
  for (let n = 0; n < 1500; n++) send('batched', `k${n}`)
  const first = await page('?limit=1000')
  const second = await page(`?limit=1000&cursor=${first.next_cursor ?? ''}`)
  expect([first.items.length, second.items.length, second.next_cursor]).toEqual([1000, 500, null])
})
