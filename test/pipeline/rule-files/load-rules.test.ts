import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { renderProblem } from '../../../pipeline/documents/render-problem.ts'
import {
  loadRules,
  PROBLEMS_PER_FILE_MAX,
  type LoadRulesOptions,
} from '../../../pipeline/rule-files/load-rules.ts'
import { configSchema } from '../../../schemas/config.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const traditional = (id: string, expression = 'volume > 5') => `rule_id: ${id}
name: ${id}
event_types: [trade.signal]
rule_config:
  rule_type: traditional
  pre_filter:
    expression: ${expression}
`

const hybrid = `rule_id: spree
name: spree
event_types: [trade.*]
group_by: [data.symbol]
rule_config:
  rule_type: hybrid
  pre_filter: { expression: side == "buy" }
  llm_config:
    description: many
    model: fast
`

function load(files: Record<string, string>, options: Partial<LoadRulesOptions> & { paths?: string[] } = {}) {
  const { paths = ['.'], ...rest } = options
  const directory = temporaryFolder(files)
  return { directory, ...loadRules(paths, { ids: 'required', directory, ...rest }) }
}

function told(text: string, options: Partial<LoadRulesOptions> = {}) {
  return load({ 'r.yaml': text }, { paths: ['r.yaml'], ...options }).problems.map(
    ({ line, column, path, message }) => `${line}:${column} ${path}: ${message}`,
  )
}

test('reads YAML and JSON, several documents and folders, sorted by name', () => {
  const { rules, problems, files, directory } = load({
    'b.yml': `${traditional('b1')}---\n${traditional('b2')}`,
    'a.yaml': traditional('a'),
    'c.json': JSON.stringify({
      rule_id: 'c',
      name: 'c',
      event_types: ['x'],
      rule_config: { rule_type: 'llm', llm_config: { description: 'd' } },
    }),
    'notes.txt': 'not a rule',
    '.hidden.yaml': 'not a rule',
  })
  expect(problems).toEqual([])
  expect(rules.map(rule => rule.rule_id)).toEqual(['a', 'b1', 'b2', 'c'])
  expect(files).toEqual(['a.yaml', 'b.yml', 'c.json'].map(name => join(directory, name)))
})

test('fills in the defaults of a rule', () => {
  const [rule] = load({ 'r.yaml': hybrid }).rules
  expect(rule).toMatchObject({
    enabled: true,
    priority: 100,
    rule_config: { llm_config: { trigger_mode: 'realtime' } },
  })
})

test('reads a file once that is named twice', () => {
  const { rules, problems } = load({ 'a.yaml': traditional('a') }, { paths: ['.', 'a.yaml'] })
  expect(problems).toEqual([])
  expect(rules).toHaveLength(1)
})

test('tells every problem of every file at once', () => {
  const { problems } = load({
    'a.yaml': `rule_id: a b
name: ''
event_types: ['a*b']
grop_by: [x]
rule_config:
  rule_type: hybrid
  llm_config: { description: d, confidence_threshold: 2, trigger_mode: bach }
`,
    'b.yaml': 'a: b: c\n',
  })
  const shown = problems.map(({ line, column, path }) => `${line}:${column} ${path}`)
  expect(shown).toEqual(
    expect.arrayContaining([
      '1:10 rule_id',
      '2:7 name',
      '3:15 event_types.0',
      '4:1 grop_by',
      '7:55 rule_config.llm_config.confidence_threshold',
      '7:72 rule_config.llm_config.trigger_mode',
      '1:4 ',
    ]),
  )
  expect(problems.map(renderProblem).join('\n')).toContain('did you mean group_by?')
})

describe('an expression', () => {
  test('in one line is wrong at its place in the file', () => {
    expect(told(traditional('a', 'volume > 5 && foo(side)'))).toEqual([
      expect.stringMatching(/^7:31 rule_config\.pre_filter\.expression: /),
    ])
    expect(told(traditional('a', `'volume > 5 && foo(side)'`))).toEqual([expect.stringMatching(/^7:32 /)])
  })

  test('that an alias stands for is checked too', () => {
    const anchored = traditional('a', '*e').replace('name: a', 'name: &e volume >')
    expect(told(anchored)).toEqual([expect.stringMatching(/ rule_config\.pre_filter\.expression: /)])
  })

  test('in a block is wrong at its place in the file and in itself', () => {
    const { problems } = load({ 'r.yaml': traditional('a', '|\n      volume > 5 &&\n        foo(side)') })
    expect(problems).toMatchObject([
      { code: 'expression', line: 9, column: 9, expression: { line: 2, column: 3 } },
    ])
    expect(problems.map(renderProblem).join('\n')).toMatch(/\n {4} {8}foo\(side\)\n {4} {8}\^$/)
  })

  test('in JSON, with escapes, is wrong at its start', () => {
    const text = traditional('a', '"side == \\"buy\\" && foo(side)"')
    expect(load({ 'r.yaml': text }).problems).toMatchObject([
      { line: 7, column: 17, expression: { line: 1, column: 18 } },
    ])
  })

  test('is checked also when the rest of the rule is wrong', () => {
    expect(told(traditional('a b', 'foo(side)'))).toEqual([
      expect.stringContaining('rule_id'),
      expect.stringContaining('pre_filter.expression'),
    ])
  })

  test('that YAML reads as something else is told with the fix', () => {
    expect(told(traditional('a', 'side: "buy"'))).toEqual([
      expect.stringMatching(/must be in quotes, or stand/),
    ])
    expect(told(traditional('a', '"side" == "buy"'))).toEqual([
      expect.stringMatching(/must be in quotes, or stand/),
    ])
    expect(told(traditional('a', 'true'))).toEqual([
      expect.stringContaining('must be text, not true or false'),
    ])
  })
})

describe('rule_id', () => {
  test('names both places when two rules have it', () => {
    const { problems } = load({
      'a.yaml': traditional('x'),
      'b.yaml': `${traditional('y')}---\n${traditional('x')}`,
    })
    expect(problems).toMatchObject([{ line: 9, column: 10, path: 'rule_id' }])
    expect(problems[0]?.message).toMatch(/x is also the id of the rule at .*a\.yaml:1:10/)
  })

  test('is required to run, and made of the name to look at a rule', () => {
    const text = hybrid.replace('rule_id: spree\n', '')
    expect(told(text)).toEqual(['1:1 rule_id: is required'])
    const { rules, problems } = load({ 'r.yaml': text }, { ids: 'optional' })
    expect(problems).toEqual([])
    // The first 12 of `printf spree | sha256sum`.
    expect(rules.map(rule => rule.rule_id)).toEqual(['file_994398b90ca1'])
  })
})

describe('the model', () => {
  const configured = (extra: object) =>
    configSchema.parse({
      sources: [{ topic: 'a' }],
      models: {
        default: 'quick',
        quick: { provider: 'openai', base_url: 'http://h/v1', model: 'm' },
        ...extra,
      },
    }).models

  test('must be configured, where there is a configuration', () => {
    expect(told(hybrid)).toEqual([])
    expect(told(hybrid, { models: { configured: configured({}) } })).toEqual([
      '10:12 rule_config.llm_config.model: no such model is configured; configured: quick',
    ])
    expect(told(hybrid, { models: { configured: undefined } })).toEqual([
      expect.stringContaining('the configuration has none'),
    ])
  })

  test('cannot be a local one', () => {
    const models = { configured: configured({ fast: { provider: 'llama', path: 'p' } }) }
    expect(told(hybrid, { models })).toEqual([expect.stringContaining('is a local model')])
  })

  test('is not looked for in a rule that asks none', () => {
    expect(told(traditional('a'), { models: { configured: undefined } })).toEqual([])
  })
})

test.each([
  ['$.symbol', /without \$/],
  ['data', /whole data/],
  ['event_type.x', /one value/],
  ['a b', /must be a field/],
  ['a..b', /must be a field/],
])('refuses %j in group_by', (field, message) => {
  expect(told(hybrid.replace('data.symbol', JSON.stringify(field)))).toEqual([expect.stringMatching(message)])
})

test.each(['symbol', 'data.symbol', 'data.order.id', 'event_type', 'context_key'])(
  'takes %j in group_by',
  field => {
    expect(told(hybrid.replace('data.symbol', field))).toEqual([])
  },
)

test('refuses a list of rules and a file without any', () => {
  expect(told(`- ${hybrid.replaceAll('\n', '\n  ')}`)).toEqual([
    expect.stringContaining('separated by a line ---'),
  ])
  expect(told('# nothing')).toEqual([expect.stringContaining('holds no rule')])
})

test('says which paths are not there', () => {
  const { problems } = load({ 'a.yaml': traditional('a') }, { paths: ['a.yaml', 'nowhere'] })
  expect(problems).toMatchObject([{ code: 'unreadable', file: 'nowhere' }])
})

test('loads no more rules than its bound', () => {
  const files = { 'a.yaml': traditional('a'), 'b.yaml': traditional('b') }
  expect(load(files, { rulesMax: 2 }).problems).toEqual([])
  expect(load(files, { rulesMax: 1 }).problems).toMatchObject([
    { message: expect.stringContaining('at most 1') },
  ])
})

test('tells no more problems of a file than its bound, and how many more there are', () => {
  const keys = Array.from({ length: PROBLEMS_PER_FILE_MAX + 3 }, (_, index) => `key_${index}: 1\n`).join('')
  const { problems } = load({ 'a.yaml': `${traditional('a')}${keys}` })
  expect(problems).toHaveLength(PROBLEMS_PER_FILE_MAX + 1)
  expect(problems.at(-1)?.message).toBe('and 3 more problems in this file')
})
