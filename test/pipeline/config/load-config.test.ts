import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadConfig, type LoadConfigOptions } from '../../../pipeline/config/load-config.ts'
import { renderProblem } from '../../../pipeline/documents/render-problem.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const least = 'sources: [{ topic: signals }]\n'

function load(text: string, options: Partial<LoadConfigOptions> = {}) {
  const directory = temporaryFolder({ 'llmtrigger.yaml': text })
  return { directory, ...loadConfig({ directory, environment: {}, ...options }) }
}

function problemsOf(text: string, options: Partial<LoadConfigOptions> = {}) {
  const loaded = load(text, options)
  return loaded.ok ? [] : loaded.problems.map(renderProblem)
}

function configOf(text: string, options: Partial<LoadConfigOptions> = {}) {
  const loaded = load(text, options)
  if (!loaded.ok) throw new Error(loaded.problems.map(renderProblem).join('\n'))
  return loaded
}

describe('the file', () => {
  test('is --config, else LLMTRIGGER_CONFIG, else llmtrigger.yaml in the working directory', () => {
    const named = (name: string) => `sources: [{ topic: ${name} }]`
    const directory = temporaryFolder({
      'a.yaml': named('a'),
      'b.yaml': named('b'),
      'llmtrigger.yaml': named('c'),
    })
    const topic = (path: string | undefined, environment: Record<string, string>) => {
      const loaded = loadConfig({ path, environment, directory })
      return loaded.ok ? loaded.config.sources[0]?.topic : loaded.problems
    }
    expect(topic('a.yaml', { LLMTRIGGER_CONFIG: 'b.yaml' })).toBe('a')
    expect(topic(undefined, { LLMTRIGGER_CONFIG: join(directory, 'b.yaml') })).toBe('b')
    expect(topic(undefined, { LLMTRIGGER_CONFIG: '' })).toBe('c')
  })

  test('that is missing is named with where it was looked for and what to write', () => {
    const directory = temporaryFolder()
    const loaded = loadConfig({ environment: {}, directory })
    const text = loaded.ok ? '' : loaded.problems.map(renderProblem).join('\n')
    expect(text).toContain(directory)
    expect(text).toContain('LLMTRIGGER_CONFIG')
    expect(text).toContain('topic: my-events')
    const named = loadConfig({ path: 'x.yaml', environment: {}, directory })
    expect(named).toMatchObject({ ok: false, problems: [{ message: expect.stringContaining('--config') }] })
  })

  test('that is empty, or has several documents, is refused', () => {
    expect(problemsOf('# nothing')).toEqual([expect.stringContaining('the file is empty')])
    expect(problemsOf(`${least}---\n${least}`)).toEqual([expect.stringContaining('several documents')])
  })
})

test('fills in every default, and freezes the whole', () => {
  const { config } = configOf(least)
  expect(config).toMatchObject({
    kafka: { brokers: ['localhost:9092'], partitions: 4 },
    lanes: { events_max: 50_000 },
    http: { host: '127.0.0.1', port: 8080 },
  })
  expect(Object.isFrozen(config)).toBe(true)
  expect(Object.isFrozen(config.sources[0])).toBe(true)
})

test('takes the paths of rules relative to the file', () => {
  const { config, directory } = configOf(`${least}rules: [rules/, /etc/rules]\n`)
  expect(config.rules).toEqual([join(directory, 'rules'), '/etc/rules'])
})

test('tells every problem at once, each with its place', () => {
  const text = `kafka:
  broker: [x:1]
  partitions: 0
sources:
  - topic: a
    format: schema-registy
    map: { event_type: { path: a }, source: 3 }
models:
  default: fast
  fast: { provider: opnai }
hold_seconds: 1.5
`
  expect(problemsOf(text)).toEqual([
    `${file}:2:3: kafka.broker: is unknown; did you mean brokers?`,
    `${file}:3:15: kafka.partitions: must be at least 1`,
    `${file}:6:13: sources.0.format: must be one of json, schema-registry; did you mean schema-registry?`,
    `${file}:7:32: sources.0.map.event_type.path: must be a path such as $.order.id`,
    `${file}:7:45: sources.0.map.source: must be a mapping with one key of path, const`,
    `${file}:10:21: models.fast.provider: must be one of openai, llama; did you mean openai?`,
    `${file}:11:15: hold_seconds: must be a whole number, not a number with a fraction`,
  ])
})

const file = 'llmtrigger.yaml'

describe('LLMTRIGGER_KAFKA_BROKERS', () => {
  test('overrides the brokers of the file', () => {
    const environment = { LLMTRIGGER_KAFKA_BROKERS: ' a:1, b:2,' }
    expect(configOf(`kafka: { brokers: [x:9] }\n${least}`, { environment }).config.kafka.brokers).toEqual([
      'a:1',
      'b:2',
    ])
    expect(configOf(least, { environment }).config.kafka.brokers).toEqual(['a:1', 'b:2'])
  })

  test('is named where it is wrong', () => {
    const environment = { LLMTRIGGER_KAFKA_BROKERS: 'nohost' }
    expect(problemsOf(least, { environment })).toEqual([
      'LLMTRIGGER_KAFKA_BROKERS: kafka.brokers.0: must be host:port',
    ])
  })
})

describe('secrets', () => {
  const text = `${least}kafka:
  sasl: { mechanism: plain, username: u, password: "file:pw" }
models:
  default: fast
  fast: { provider: openai, base_url: http://h/v1, model: m, api_key: env:KEY }
http: { api_keys: [env:HTTP_KEY] }
`
  test('are read from the environment and from files, without the last line break', () => {
    const directory = temporaryFolder({ 'llmtrigger.yaml': text, pw: 'pass word\n' })
    const loaded = loadConfig({ directory, environment: { KEY: 'sk-1', HTTP_KEY: 'abc' } })
    expect(loaded).toMatchObject({
      ok: true,
      config: {
        kafka: { sasl: { password: 'pass word' } },
        models: { default: 'fast', fast: { api_key: 'sk-1' } },
        http: { api_keys: ['abc'] },
      },
      secrets: ['pass word', 'sk-1', 'abc'],
    })
  })

  test('that are missing are all named, with the place of their key', () => {
    expect(problemsOf(text)).toEqual([
      `${file}:3:52: kafka.sasl.password: the secret's file pw: there is no such file`,
      `${file}:6:71: models.fast.api_key: the environment variable KEY is not set`,
      `${file}:7:20: http.api_keys.0: the environment variable HTTP_KEY is not set`,
    ])
  })

  test('are left alone where they are not needed', () => {
    expect(configOf(text, { secrets: 'leave' }).config.models).toMatchObject({ fast: { api_key: 'env:KEY' } })
  })

  describe('in the address of Redis', () => {
    const redis = `${least}redis: { url: env:REDIS }\n`
    test('are read with it, and kept out of what is written', () => {
      const directory = temporaryFolder({ 'llmtrigger.yaml': redis })
      const url = 'rediss://:p%40ss@host:6380'
      expect(loadConfig({ directory, environment: { REDIS: url } })).toMatchObject({
        config: { redis: { url } },
        secrets: [url, 'p%40ss', 'p@ss'],
      })
    })

    test.each(['http://host', 'host:6379', 'redis://', 'redis://:%ff@host'])('are no address: %s', url => {
      expect(problemsOf(redis, { environment: { REDIS: url } })).toEqual([
        `${file}:2:15: redis.url: does not refer to a redis:// or rediss:// address`,
      ])
    })

    test('may not stand in the file', () => {
      const problems = problemsOf(`${least}redis: { url: "redis://:very-secret@host" }\n`)
      expect(problems).toEqual([expect.stringContaining('redis.url: must be redis://host:port')])
      expect(problems.join('')).not.toContain('very-secret')
      expect(configOf(`${least}redis: { url: "redis://host:6379/2" }\n`).config.redis).toEqual({
        url: 'redis://host:6379/2',
      })
    })
  })

  test('that stand in the file itself never appear in a problem', () => {
    const wrong = `${least}models: { default: fast, fast: { provider: openai, api_key: sk-very-secret, sk-key: 1 } }\n`
    const problems = problemsOf(wrong)
    expect(problems.join('\n')).toContain('must be a reference: env:NAME or file:PATH')
    expect(problems.join('\n')).not.toContain('sk-very-secret')
  })
})

test.each([
  ['0.0.0.0', '', 1],
  ['"::"', '', 1],
  ['10.1.2.3', '', 1],
  ['example.com', '', 1],
  ['127.evil.com', '', 1],
  ['0.0.0.0', ', api_keys: [env:KEY]', 0],
  ['127.0.0.1', '', 0],
  ['127.9.9.9', '', 0],
  ['localhost', '', 0],
  ['"::1"', '', 0],
])('lets the API at %s%s be open to this machine only: %i problems', (host, keys, problems) => {
  const found = problemsOf(`${least}http: { host: ${host}${keys} }`, { environment: { KEY: 'k' } })
  expect(found).toHaveLength(problems)
  for (const problem of found) expect(problem).toMatch(/^\S+:2:\d+: http\.host: .*http\.api_keys/)
})

test('refuses what this version cannot do and would do wrong', () => {
  const text = `sources: [{ topic: a, format: schema-registry }]
models: { default: local, local: { provider: llama, path: m.gguf } }
`
  expect(problemsOf(text)).toEqual([
    expect.stringContaining('sources.0.format: schema-registry is not supported'),
    expect.stringContaining('models.default: names a local model'),
  ])
})
