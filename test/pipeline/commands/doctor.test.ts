import { describe, expect, test } from 'vitest'
import { doctor, type DoctorOptions } from '../../../pipeline/commands/doctor.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'
import { startEndpoint } from '../../support/endpoint-server.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const rule = {
  rule_id: 'a',
  name: 'a',
  event_types: ['x'],
  rule_config: { rule_type: 'llm', llm_config: { description: 'd' } },
}

interface SetUp {
  readonly baseUrl?: string
  readonly rules?: string
  readonly options?: Partial<DoctorOptions>
}

async function examine({
  baseUrl = 'http://127.0.0.1:1/v1',
  rules = JSON.stringify(rule),
  options = {},
}: SetUp) {
  const model = { provider: 'openai', base_url: baseUrl, model: 'm-1', api_key: 'env:KEY' }
  const config = {
    kafka: { brokers: ['127.0.0.1:1'] },
    sources: [{ topic: 'signals' }],
    rules: ['rules.yaml'],
    models: { default: 'fast', fast: model },
  }
  const directory = temporaryFolder({ 'c.yaml': JSON.stringify(config), 'rules.yaml': rules })
  const terminal = recordingTerminal()
  const environment = { KEY: 'sk-very-secret' }
  const code = await doctor({
    configPath: `${directory}/c.yaml`,
    environment,
    json: false,
    terminal,
    ...options,
  })
  return { code, text: terminal.printed.join('\n'), notes: terminal.notes.join('\n') }
}

const answer = {
  id: 'x',
  object: 'chat.completion',
  choices: [
    {
      index: 0,
      finish_reason: 'stop',
      message: { role: 'assistant', content: '{"should_trigger":false,"confidence":1,"reason":""}' },
    },
  ],
  usage: { prompt_tokens: 1, completion_tokens: 1, total_tokens: 2 },
}

async function endpoint(status: number, body: unknown) {
  return startEndpoint(response => {
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(body))
  })
}

test('names everything that cannot be reached, each with its fix, and ends with 5', async () => {
  const { code, text } = await examine({})
  expect(code).toBe(5)
  expect(text).toMatch(/^ok +configuration/m)
  expect(text).toMatch(/^ok +rules +1 enabled/m)
  expect(text).toMatch(
    /^failed +kafka +cannot be reached at 127\.0\.0\.1:1\n +fix: start it, or correct kafka\.brokers/m,
  )
  expect(text).toMatch(/^skipped +topics/m)
  expect(text).toMatch(/^failed +model fast .*127\.0\.0\.1:1.*\n +fix: .*models\.fast\.base_url/m)
})

describe('the model', () => {
  test('is fine when it answers the request that the pipeline would send', async () => {
    const server = await endpoint(200, answer)
    const { text } = await examine({ baseUrl: server.baseUrl })
    await server.close()
    expect(text).toMatch(/^ok +model fast +m-1 answered in \d+ ms/m)
    expect(server.received).toMatchObject([
      {
        headers: { authorization: 'Bearer sk-very-secret' },
        body: { model: 'm-1', response_format: { type: 'json_schema' } },
      },
    ])
  })

  test('that rejects the key is told with the fix, and the key appears nowhere', async () => {
    const server = await endpoint(401, {
      error: { message: 'bad key sk-very-secret', code: 'invalid_api_key' },
    })
    const { code, text, notes } = await examine({ baseUrl: server.baseUrl })
    await server.close()
    expect(code).toBe(5)
    expect(text).toMatch(
      /^failed +model fast.*\n +fix: correct the key that models\.fast\.api_key refers to/m,
    )
    expect(text + notes).not.toContain('sk-very-secret')
  })

  test('at a wrong path is told with the fix', async () => {
    const server = await endpoint(404, { error: { message: 'nothing here' } })
    const { text } = await examine({ baseUrl: server.baseUrl })
    await server.close()
    expect(text).toMatch(/^failed +model fast.*\n +fix: .*models\.fast\.base_url and models\.fast\.model/m)
  })

  test('that is only busy counts as reachable', async () => {
    const server = await endpoint(429, { error: { message: 'slow down', code: 'rate_limit_exceeded' } })
    const { text } = await examine({ baseUrl: server.baseUrl })
    await server.close()
    expect(text).toMatch(/^ok +model fast/m)
  })

  test('that never answers is waited for visibly, and not for ever', async () => {
    const server = await startEndpoint(() => undefined)
    const { code, text, notes } = await examine({
      baseUrl: server.baseUrl,
      options: { timeoutMs: 300, slowMs: 50 },
    })
    await server.close()
    expect(code).toBe(5)
    expect(notes).toContain('waiting for model fast')
    expect(text).toMatch(/^failed +model fast +no answer within 0\.3 s/m)
  })
})

test('shows what is wrong with rules, and answers JSON for machines', async () => {
  const { code, text } = await examine({ rules: 'rule_id: a\n', options: { json: true } })
  expect(code).toBe(5)
  const { ok, checks } = JSON.parse(text)
  expect(ok).toBe(false)
  expect(checks).toEqual(
    expect.arrayContaining([
      { name: 'configuration', status: 'ok', detail: expect.any(String), fix: null },
      { name: 'rules', status: 'failed', detail: expect.stringContaining('name: is required'), fix: null },
      { name: 'kafka', status: 'failed', detail: expect.any(String), fix: expect.any(String) },
    ]),
  )
})

test('ends with 2 on a configuration that is wrong, with every problem', async () => {
  const directory = temporaryFolder({ 'c.yaml': 'redis: 1\n' })
  const terminal = recordingTerminal()
  const code = await doctor({ configPath: `${directory}/c.yaml`, environment: {}, json: false, terminal })
  expect(code).toBe(2)
  expect(terminal.printed.join('\n')).toMatch(/failed +configuration .*sources: is required/)
})
