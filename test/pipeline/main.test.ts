import { describe, expect, test } from 'vitest'
import { runCommand } from '../support/run-command.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const rule = `rule_id: spree
name: spree
event_types: [trade.signal]
rule_config: { rule_type: traditional, pre_filter: { expression: volume > 5 } }
`

describe('help', () => {
  test.each([
    [['--help'], 'llmtrigger demo'],
    [['run', '--help'], 'llmtrigger run --stages decide'],
    [['demo', '--help'], 'llmtrigger demo --speed 5'],
    [['topics', 'create', '--help'], 'llmtrigger topics create'],
    [['rules', 'validate', '--help'], 'llmtrigger rules validate rules/'],
    [['rules', 'apply', '--help'], 'llmtrigger rules apply rules/ --dry-run'],
    [['rules', 'list', '--help'], 'llmtrigger rules list --event-type trade.signal'],
    [['rules', 'test', '--help'], 'llmtrigger rules test rules/'],
    [['rules', 'explain', '--help'], 'llmtrigger rules explain spree.yaml'],
    [['doctor', '--help'], 'llmtrigger doctor --config'],
  ])('of %j is on the output, has examples and ends well', async (args, example) => {
    const { code, stdout, stderr } = await runCommand(args, { directory: temporaryFolder() })
    expect(stdout).toContain(example)
    expect(stdout).toContain('--config <file>')
    expect([code, stderr]).toEqual([0, ''])
  })
})

test('tells its version', async () => {
  const { code, stdout } = await runCommand(['--version'], { directory: temporaryFolder() })
  expect(code).toBe(0)
  expect(stdout).toMatch(/^\d+\.\d+\.\d+\n$/)
})

describe('a mistake in the command line ends with 2 and is explained on stderr', () => {
  test.each([
    [[], /Usage:/],
    [['doktor'], /Did you mean doctor\?/],
    [['rules', 'valdate', 'x'], /Did you mean validate\?/],
    [['rules', 'validate'], /missing required argument/],
    [['rules'], /Usage:/],
    [['doctor', '--config'], /argument missing/],
    [['doctor', '--jso'], /Did you mean --json\?/],
    [['run', '--stages', 'route,judge'], /Unknown: judge/],
    [['demo', '--speed', '0'], /above 0, or max/],
    [['run', '--stages', 'notify'], /no notify stage/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await runCommand(args, { directory: temporaryFolder() })
    expect(stderr).toMatch(message)
    expect([code, stdout]).toEqual([2, ''])
  })
})

describe('rules validate', () => {
  test('ends with 0 for right rules, 3 for wrong ones and 2 for files that cannot be read', async () => {
    const directory = temporaryFolder({ 'a.yaml': rule, 'b.yaml': rule.replace('volume >', 'volume >>') })
    const right = await runCommand(['rules', 'validate', 'a.yaml'], { directory })
    expect(right).toEqual({ code: 0, stdout: 'ok      a.yaml\n\n1 rule in 1 file: all valid\n', stderr: '' })
    const wrong = await runCommand(['rules', 'validate', 'b.yaml'], { directory })
    expect(wrong.code).toBe(3)
    expect(wrong.stdout).toContain('invalid b.yaml')
    expect(wrong.stdout).toMatch(
      /b\.yaml:4:\d+: rule_config\.pre_filter\.expression: .*\n.*volume >> 5.*\n +\^/,
    )
    const gone = await runCommand(['rules', 'validate', 'a.yaml', 'c.yaml'], { directory })
    expect(gone.code).toBe(2)
    expect(gone.stdout).toContain('c.yaml: there is no such file')
  })

  test('warns with --fields-from of fields that no recorded event has, and says what is meant', async () => {
    const event = { event_type: 'trade', data: { volume_usd: 1 } }
    const record = { topic: 't', partition: 0, offset: '0', timestamp: '2026-11-20T10:00:00.000Z', key: null }
    const recording = JSON.stringify({ ...record, value: JSON.stringify(event) })
    const wrong = rule.replace(/event_types:.*/, 'event_types: [trade]').replace('volume >', 'volume_us >')
    const directory = temporaryFolder({ 'a.yaml': wrong, 'r.ndjson': recording })
    const args = ['rules', 'validate', 'a.yaml', '--fields-from', 'r.ndjson']
    const { code, stdout, stderr } = await runCommand(args, { directory })
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).toMatch(
      /warning a\.yaml:4:\d+: .* has data\.volume_us; did you mean data\.volume_usd\?.*\n.*volume_us > .*\n +\^/,
    )
    const json = await runCommand([...args, '--json'], { directory })
    expect(JSON.parse(json.stdout)).toMatchObject({ valid: true, warnings: [{ file: 'a.yaml', line: 4 }] })
  })

  test('answers one JSON document with --json', async () => {
    const directory = temporaryFolder({ 'a.yaml': rule, 'b.yaml': rule.replace('volume >', 'volume >>') })
    const { code, stdout } = await runCommand(['rules', 'validate', 'a.yaml', 'b.yaml', '--json'], {
      directory,
    })
    expect(code).toBe(3)
    expect(JSON.parse(stdout)).toMatchObject({
      valid: false,
      files: ['a.yaml', 'b.yaml'],
      problems: expect.arrayContaining([
        expect.objectContaining({
          file: 'b.yaml',
          path: 'rule_config.pre_filter.expression',
          line: 4,
          message: expect.any(String),
          expression: { line: 1, column: expect.any(Number) },
        }),
      ]),
    })
  })

  test('takes --config at any position, and then looks at the models', async () => {
    const config =
      'sources: [{ topic: a }]\nmodels: { default: m, m: { provider: openai, base_url: http://h/v1, model: m, api_key: env:K } }\n'
    const asking = `rule_id: a
name: a
event_types: [x]
rule_config: { rule_type: llm, llm_config: { description: d, model: n } }
`
    const directory = temporaryFolder({ 'c.yaml': config, 'r.yaml': asking })
    const orders = [
      ['--config', 'c.yaml', 'rules', 'validate', 'r.yaml'],
      ['rules', '--config', 'c.yaml', 'validate', 'r.yaml'],
      ['rules', 'validate', 'r.yaml', '--config=c.yaml'],
    ]
    for (const args of orders) {
      const { code, stdout } = await runCommand(args, { directory })
      expect([args, code]).toEqual([args, 3])
      expect(stdout).toContain('no such model is configured')
    }
    expect(await runCommand(['rules', 'validate', 'r.yaml'], { directory })).toMatchObject({ code: 0 })
  })

  test('says nothing when whoever reads its output stops', async () => {
    const files = Array.from({ length: 300 }, (_, index): [string, string] => [
      `rules-with-a-rather-long-name-to-fill-the-pipe/${'x'.repeat(150)}-${index}.yaml`,
      rule.replace('trade.signal', 'a*b').replaceAll('spree', `spree-${index}`),
    ])
    const directory = temporaryFolder(Object.fromEntries(files))
    const { stderr } = await runCommand(['rules', 'validate', '.', files[0]?.[0].split('/')[0] ?? ''], {
      directory,
      stopReading: true,
    })
    expect(stderr).toBe('')
  })
})

describe.each(['run', 'doctor', 'topics create'])('%s', command => {
  test('ends with 2 and says what is wrong with the configuration', async () => {
    const directory = temporaryFolder({ 'llmtrigger.yaml': 'kafka: { partitions: 0 }\n' })
    const missing = await runCommand([...command.split(' '), '--config', 'nowhere.yaml'], { directory })
    expect(missing.code).toBe(2)
    expect(missing.stdout + missing.stderr).toContain('no such configuration file')
    const wrong = await runCommand(command.split(' '), { directory })
    expect(wrong.code).toBe(2)
    expect(wrong.stdout + wrong.stderr).toContain(
      'llmtrigger.yaml:1:22: kafka.partitions: must be at least 1',
    )
    expect(wrong.stdout + wrong.stderr).toContain('sources: is required')
  })
})

test('topics create ends with 5 when Kafka is away, and says the fix', async () => {
  const directory = temporaryFolder({
    'llmtrigger.yaml': 'kafka: { brokers: ["127.0.0.1:1"] }\nsources: [{ topic: a }]\n',
  })
  const { code, stdout, stderr } = await runCommand(['topics', 'create'], { directory })
  expect([code, stdout]).toEqual([5, ''])
  expect(stderr).toContain('cannot be reached at 127.0.0.1:1')
  expect(stderr).toContain('fix: start it')
})
