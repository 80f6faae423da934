import { expect, onTestFinished, test } from 'vitest'
import { httpServer } from '../../../pipeline/http/http-server.ts'
import { startSimulator } from '../../../pipeline/simulator/start-simulator.ts'
import { freePort } from '../../support/free-port.ts'
import { modelBench } from '../../support/model-bench.ts'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

type Environment = Readonly<Record<string, string>>

/** The API of a process with the models `fast` and `other`, and a folder to run commands in. */
async function start(apiKeys: readonly string[] = []) {
  const bench = modelBench()
  bench.kept$.subscribe()
  const onFailure = (error: unknown) => expect.fail(String(error))
  const server = await httpServer({
    host: '127.0.0.1',
    port: 0,
    open: [],
    api: bench.routes,
    apiKeys,
    onFailure,
  })
  onTestFinished(() => server.close())
  return { ...bench, url: server.url }
}

function llmtrigger(args: string, config: object | null = null, environment: Environment = {}) {
  const files = config === null ? {} : { 'llmtrigger.yaml': JSON.stringify(config), key: 'secret\n' }
  return runCommand(args.split(' '), { directory: temporaryFolder(files), environment })
}

test('models shows limits, queues, calls and cost of the models of a running process', async () => {
  const { url, model } = await start()
  model('fast').change({ limits: { requests_per_minute: 240 } })
  const { code, stdout, stderr } = await llmtrigger(`models --url ${url}`)
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^fast {2}openai gpt, then other$/m)
  expect(stdout).toMatch(/^ {2}open, 0 in flight, 0 waiting$/m)
  expect(stdout).toMatch(/^ {2}limit +configured +changed +learned +in force +used$/m)
  expect(stdout).toMatch(/^ {2}requests_per_minute +600 +240 +- +240 +0$/m)
  expect(stdout).toMatch(/^ {2}concurrency +32 +- +- +32 +0$/m)
  expect(stdout).not.toContain('tokens_per_day')
  expect(stdout).toMatch(/^ {2}tokens 0 in, 0 out, cost \$0\.0000$/m)
  const json = await llmtrigger(`models --json --url ${url}/`)
  expect(JSON.parse(json.stdout)).toMatchObject({ items: [{ name: 'fast' }, { name: 'other' }] })
})

test('models set changes one, shows what would be, and takes it back', async () => {
  const { url, model } = await start()
  const changed = await llmtrigger(`models set fast limits.concurrency=none max_retries=7 --url ${url}`)
  expect([changed.code, changed.stderr]).toEqual([0, 'changed, and kept\n'])
  expect(model('fast').settings).toEqual({ limits: { concurrency: 'none' }, max_retries: 7 })
  const dry = await llmtrigger(`models set fast max_retries= --dry-run --json --url ${url}`)
  expect(JSON.parse(dry.stdout)).toMatchObject({
    settings: { limits: { concurrency: 'none' } },
    in_force: { max_retries: 3 },
  })
  expect([dry.code, model('fast').settings.max_retries]).toEqual([0, 7])
  await llmtrigger(`models set fast max_retries= limits= --url ${url}`)
  expect(model('fast').settings).toEqual({})
})

test.each([
  [
    'models set fast limits.concurrency=0 x=1 --url URL',
    2,
    /^x: is unknown.*\nlimits\.concurrency: .*at least 1\n$/,
  ],
  ['models set none max_retries=1 --url URL', 2, /^no model is named none\n$/],
  ['models set fast max_retries --url URL', 2, /no change such as/],
  ['models set fast --url URL', 2, /missing required argument/],
  ['models probe fast --calls-max 0', 2, /whole number from 1 to 1000/],
])('%s exits with %i and says why', async (args, status, message) => {
  const { url } = await start()
  const { code, stdout, stderr } = await llmtrigger(args.replace('URL', url))
  expect([code, stdout]).toEqual([status, ''])
  expect(stderr).toMatch(message)
})

test('asks where the configuration says, with its first key, unless the environment has another', async () => {
  const { url } = await start(['secret'])
  const config = (http: object) => ({
    sources: [{ topic: 'a' }],
    http: { port: Number(new URL(url).port), ...http },
  })
  const keys = { api_keys: ['file:key', 'env:OTHER'] }
  expect((await llmtrigger('models', config(keys))).code).toBe(0)
  expect((await llmtrigger('models', config({ ...keys, host: '0.0.0.0' }))).code).toBe(0)
  const wrong = await llmtrigger('models', config(keys), { LLMTRIGGER_API_KEY: 'wrong' })
  expect([wrong.code, wrong.stderr]).toEqual([2, expect.stringContaining('http.api_keys')])
  const right = { LLMTRIGGER_API_KEY: 'secret' }
  expect((await llmtrigger('models', config({}), right)).code).toBe(0)
  expect((await llmtrigger(`models --url ${url}`, null, right)).code).toBe(0)
  const missing = await llmtrigger('models', config({ api_keys: ['env:GONE'] }))
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('GONE is not set')])
  const any = await llmtrigger('models', config({ port: 0 }))
  expect([any.code, any.stderr]).toEqual([2, expect.stringContaining('--url')])
})

test('exits with 5 where nothing listens', async () => {
  const { code, stderr } = await llmtrigger(`models --url http://127.0.0.1:${await freePort()}`)
  expect([code, stderr]).toEqual([5, expect.stringContaining('start llmtrigger run')])
})

async function probed(settings: Parameters<typeof startSimulator>[0], args: string) {
  const { url, model } = await start()
  const simulator = await startSimulator({ ...settings, port: 0 })
  onTestFinished(() => simulator.close())
  const fast = {
    provider: 'openai',
    base_url: simulator.baseUrl,
    model: 'm',
    price: { input_usd_per_million: 1, output_usd_per_million: 1 },
  }
  const config = { sources: [{ topic: 'a' }], models: { default: 'fast', fast }, http: { port: 0 } }
  const ended = await llmtrigger(`models probe fast ${args} --url ${url}`, config)
  return { ...ended, model, requests: simulator.stats().requests }
}

test('models probe spends nothing before somebody has said yes', async () => {
  const { code, stdout, stderr, requests } = await probed({ profile: 'P1' }, '--calls-max 7')
  expect([code, stdout, requests]).toEqual([2, '', 0])
  expect(stderr).toMatch(/at most 7 calls to m at http.*about \$0\.0000\d+.*--yes/)
})

test.each([
  ['P1', { requests_per_minute: 600 }],
  ['P6', { requests_per_minute: 600 }],
  ['P7', { tokens_per_minute: 60_000 }],
  ['P8', { tokens_per_minute: 60_000 }],
] as const)('models probe reads the limit of %s from one answer', async (profile, limits) => {
  const { code, stdout, stderr, model, requests } = await probed({ profile }, '--yes --json')
  expect([code, JSON.parse(stdout).limits, requests, stderr]).toEqual([0, limits, 1, ''])
  expect(model('fast').settings).toEqual({})
})

test('models probe finds by refusals what no header says, and sets it when it is told to', async () => {
  const settings = { requestsPerMinute: 5, rateLimitHeaders: false }
  const { code, stdout, stderr, model, requests } = await probed(
    settings,
    '--yes --calls-max 12 --seconds 1 --apply',
  )
  expect([code, stderr]).toEqual([0, 'set, and kept\n'])
  expect(stdout).toMatch(
    /^fast: 5 of \d+ calls in .* then one was refused.*\n {2}limits\.requests_per_minute: 5\n$/,
  )
  expect(requests).toBeLessThan(12)
  expect(model('fast').settings).toEqual({ limits: { requests_per_minute: 5 } })
})

test.each(['P1', 'P2', 'P3', 'P4', 'P5', 'P7', 'P8', 'P9'] as const)(
  'models probe finds nothing in %s by a few calls without headers, and says so',
  async profile => {
    const settings = { profile, rateLimitHeaders: false }
    const { code, stdout, stderr, requests } = await probed(settings, '--yes --calls-max 4 --seconds 1')
    expect([code, requests, stderr]).toEqual([0, 4, ''])
    expect(stdout).toMatch(/^fast: 4 of 4 calls in .* none was refused: no limit showed/)
  },
)
