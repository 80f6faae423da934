import { lastValueFrom } from 'rxjs'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createProgram } from '../../../../pipeline/create-program.ts'
import { memoryPartition } from '../../../../pipeline/memory/memory-partition.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'
import { ruleStoreOn } from '../../../support/rule-store-on.ts'
import { traditionalRule } from '../../../support/traditional-rule.ts'

const file = (id: string, more = '') => `rule_id: ${id}
name: ${id}
event_types: [trade.signal]
rule_config: { rule_type: traditional, pre_filter: { expression: volume > 5 } }
${more}`

const pageSchema = z.object({ items: z.array(z.object({ rule_id: z.string() })) })

/** The command line straight at rules in memory, in a folder with files. */
function start(files: Readonly<Record<string, string>> = {}, says: boolean | null = null) {
  const directory = temporaryFolder({
    'llmtrigger.yaml':
      'sources: [{ topic: a }]\nmodels: { default: fast, fast: { provider: openai, base_url: "http://x/v1", model: m } }',
    ...files,
  })
  const log = memoryPartition()
  const store = ruleStoreOn(log)
  const opened = { open: 0, most: 0 }
  const run = async (line: string) => {
    const terminal = recordingTerminal(says)
    let status: number | null = null
    const program = createProgram({
      version: '0',
      environment: { LLMTRIGGER_CONFIG: `${directory}/llmtrigger.yaml` },
      terminal,
      openRuleStore: () => {
        opened.open++
        opened.most++
        const close = () => {
          opened.open--
          return Promise.resolve()
        }
        return Promise.resolve({ store, close })
      },
      onEnd: code => (status = code),
    })
    const args = line.split(' ').map(arg => (arg in files || arg === '.' ? `${directory}/${arg}` : arg))
    await program.parseAsync(['rules', ...args], { from: 'user' })
    return { status, printed: terminal.printed.join('\n'), notes: terminal.notes.join('\n') }
  }
  const write = (id: string, more: object = {}) =>
    lastValueFrom(store.change(() => [{ ruleId: id, rule: traditionalRule(id, more) }]))
  return { run, store, log, opened, write }
}

const failingTest = `tests:
  - name: six is enough
    events: [{ event_type: trade.signal, data: { volume: 6 } }]
    expect: { alerts: 0 }
`

describe('rules apply', () => {
  test('writes nothing where the own tests of a rule fail, unless it is forced', async () => {
    const { run, store } = start({ 'a.yaml': `${file('fine')}---\n${file('wrong', failingTest)}` })
    const refused = await run('apply a.yaml --yes')
    expect([refused.status, [...store.rules.keys()]]).toEqual([3, []])
    expect(refused.notes).toMatch(
      /^wrong: tests\.0\.expect\.alerts: six is enough: .+\ntests of the rules fail/,
    )
    expect((await run('apply a.yaml --dry-run')).status).toBe(3)
    expect((await run('apply a.yaml --yes --force')).status).toBe(0)
    expect([...store.rules.keys()]).toEqual(['fine', 'wrong'])
    const named = failingTest.replace('six is enough', '"\\x1b[2Jsix"')
    const hostile = start({ 'a.yaml': file('wrong', named) })
    expect((await hostile.run('apply a.yaml --yes')).notes).toContain('\u{FFFD}[2Jsix')
    // What stays as it is need not pass.
    expect((await run('apply a.yaml --yes')).status).toBe(0)
  })

  test('makes, changes and leaves rules, and shows which and what', async () => {
    const { run, store, log, opened, write } = start({
      'a.yaml': `${file('new')}---\n${file('old', 'priority: 7\ngroup_by: [data.symbol]\n')}---\n${file('same')}`,
    })
    await write('old', { description: 'x' })
    await write('same')
    const { status, printed, notes } = await run('apply a.yaml')
    expect([status, notes]).toEqual([
      0,
      expect.stringMatching(/^applied: 1 created, 1 changed, 1 unchanged$/m),
    ])
    expect(printed).toContain('created    new  version 1\n  rule_id: none -> "new"\n')
    expect(printed).toContain(
      `changed    old  version 2
  description: "x" -> ""
  priority: 100 -> 7
  group_by: none -> ["data.symbol"]
unchanged  same  version 1`,
    )
    const by = { created_by: 'cli', updated_by: 'cli' }
    expect(store.rules.get('new')).toMatchObject({ metadata: { ...by, version: 1 } })
    expect(store.rules.get('old')).toMatchObject({ priority: 7, metadata: { updated_by: 'cli', version: 2 } })
    expect(store.rules.get('same')?.metadata).toEqual({ version: 1 })
    // Two were there, two are written: what is the same is left alone.
    expect(log.records).toHaveLength(4)
    expect(opened).toEqual({ open: 0, most: 1 })
  })

  test('changes nothing with --dry-run', async () => {
    const { run, log } = start({ 'a.yaml': file('a') })
    const { status, printed, notes } = await run('apply a.yaml --dry-run')
    expect([status, notes]).toEqual([0, 'would be: 1 created, 0 changed, 0 unchanged; nothing was changed'])
    expect(printed).toContain('created    a  version 1')
    expect(log.records).toEqual([])
  })

  test('says all of it as JSON', async () => {
    const { run, write } = start({ 'a.yaml': `${file('a', 'priority: 7\n')}---\n${file('b')}` })
    await write('a')
    await write('b')
    const { printed } = await run('apply a.yaml --json')
    expect(JSON.parse(printed)).toEqual({
      dry_run: false,
      rules: [
        {
          rule_id: 'a',
          result: 'changed',
          version: 2,
          changes: [{ path: 'priority', before: 100, after: 7 }],
        },
        { rule_id: 'b', result: 'unchanged', version: 1, changes: [] },
      ],
    })
  })

  test('asks a person, and takes no for an answer', async () => {
    const refused = start({ 'a.yaml': file('a') }, false)
    const { status, notes } = await refused.run('apply a.yaml')
    expect([status, refused.log.records]).toEqual([1, []])
    expect(notes).toBe('1 created, 0 changed, 0 unchanged: apply?\nnothing was changed')
    expect((await refused.run('apply a.yaml --yes')).status).toBe(0)
    expect(refused.log.records).toHaveLength(1)
    const agreed = start({ 'a.yaml': file('a') }, true)
    expect((await agreed.run('apply a.yaml')).status).toBe(0)
    expect(agreed.log.records).toHaveLength(1)
    // Nothing to do: nothing to ask.
    expect((await agreed.run('apply a.yaml')).notes).toBe('applied: 0 created, 0 changed, 1 unchanged')
  })

  test('exits with 3 where one rule is wrong, before it connects, and with 2 where nothing can be read', async () => {
    const files = { 'a.yaml': `${file('a')}---\n${file('b').replace('volume', 'volume >')}`, 'm.yaml': 'x' }
    const { run, log, opened } = start({
      ...files,
      'm.yaml':
        'rule_id: m\nname: m\nevent_types: [a]\nrule_config: { rule_type: llm, llm_config: { description: d, model: fats } }',
    })
    const wrong = await run('apply a.yaml')
    expect([wrong.status, wrong.printed]).toEqual([3, ''])
    expect(wrong.notes).toMatch(
      /a\.yaml:9:\d+: rule_config\.pre_filter\.expression: [^]*\nnothing was changed$/,
    )
    expect((await run('apply m.yaml')).notes).toContain('did you mean fast?')
    expect((await run('apply gone.yaml')).status).toBe(2)
    expect([log.records, opened.most]).toEqual([[], 0])
  })
})

describe('rules list', () => {
  test('shows a table in the order of the ids, or JSON', async () => {
    const { run, write, store } = start()
    await write('b', { name: 'Beta', enabled: false, priority: 7 })
    await write('a', {
      event_types: ['x\u001b[2J', 'trade.*'],
      rule_config: { rule_type: 'llm', llm_config: { description: 'd', trigger_mode: 'interval' } },
    })
    const { status, printed } = await run('list')
    expect(status).toBe(0)
    expect(printed.split('\n')).toEqual([
      'id  version  enabled  priority  type          event types    name',
      'a   1        yes      100       llm interval  x\u{FFFD}[2J trade.*  a',
      'b   1        no       7         traditional   trade.signal   Beta',
    ])
    const json = await run('list --json')
    expect(JSON.parse(json.printed)).toEqual({ items: [store.rules.get('a'), store.rules.get('b')] })
  })

  test.each([
    ['list --enabled --json', ['a', 'c']],
    ['list --disabled --json', ['b']],
    ['list --event-type trade.signal --json', ['a', 'b']],
    ['list --name BET --json', ['b']],
    ['list --name none --json', []],
  ])('%s shows %j', async (line, ids) => {
    const { run, write } = start()
    await write('a')
    await write('b', { name: 'Beta', enabled: false })
    await write('c', { event_types: ['x'] })
    const { items } = pageSchema.parse(JSON.parse((await run(line)).printed))
    expect(items.map(({ rule_id: id }) => id)).toEqual(ids)
  })
})

describe('rules get', () => {
  test('shows a rule as YAML that apply takes without a change, or as JSON', async () => {
    const { run, write, store } = start()
    await write('a', { description: `${'long '.repeat(40)}: "quoted"` })
    const { status, printed } = await run('get a')
    expect(status).toBe(0)
    const again = start({ 'a.yaml': printed })
    await again.write('a', store.rules.get('a'))
    expect((await again.run('apply a.yaml')).notes).toBe('applied: 0 created, 0 changed, 1 unchanged')
    expect(JSON.parse((await run('get a --json')).printed)).toEqual(store.rules.get('a'))
  })

  test('exits with 1 where there is none', async () => {
    const { run } = start()
    expect(await run('get gone')).toEqual({ status: 1, printed: '', notes: 'no rule is named gone' })
  })
})

describe('rules delete, enable and disable', () => {
  test('take several at once, or none where one is not there', async () => {
    const { run, write, store, log } = start()
    for (const id of ['a', 'b', 'c']) await write(id)
    for (const verb of ['delete', 'disable'])
      expect(await run(`${verb} a gone`)).toEqual({
        status: 1,
        printed: '',
        notes: 'no rule is named gone\nnothing was changed',
      })
    expect(log.records).toHaveLength(3)
    expect((await run('delete a b a')).printed).toBe('deleted  a\ndeleted  b')
    expect([...store.rules.keys()]).toEqual(['c'])
    expect((await run('disable c')).printed).toBe('disabled   c')
    expect(store.rules.get('c')).toMatchObject({
      enabled: false,
      metadata: { version: 2, updated_by: 'cli' },
    })
    expect(JSON.parse((await run('disable c --json')).printed)).toEqual({
      rules: [{ rule_id: 'c', result: 'unchanged' }],
    })
    expect((await run('enable c')).printed).toBe('enabled    c')
    expect(store.rules.get('c')).toMatchObject({ enabled: true, metadata: { version: 3 } })
    expect(JSON.parse((await run('delete c --json')).printed)).toEqual({ deleted: ['c'] })
  })

  test('ask a person before rules are taken away', async () => {
    const { run, write, store } = start({}, false)
    await write('a')
    expect(await run('delete a')).toMatchObject({ status: 1, notes: 'delete a (a)?\nnothing was changed' })
    expect(store.rules.size).toBe(1)
    expect((await run('delete a --yes')).status).toBe(0)
    expect(store.rules.size).toBe(0)
  })
})
