import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { explainRules, type ExplainRulesOptions } from '../../../pipeline/commands/explain-rules.ts'
import { recordingTerminal } from '../../support/recording-terminal.ts'
import { rulesServer } from '../../support/rules-server.ts'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const rule = (id: string, type = 'trade.signal') => `rule_id: ${id}
name: ${id}
event_types: [${type}]
rule_config: { rule_type: traditional, pre_filter: { expression: volume > 5 } }
`

const files = {
  'one.yaml': rule('one'),
  'three.yaml': `${rule('two')}---\n${rule('three')}---\n${rule('four', 'order.filled')}`,
  'wrong.yaml': rule('wrong', '"*x"'),
  'event.json': '{"event_type": "trade.signal", "event_id": "e-1", "data": {"volume": 9}}',
  'event.yaml': 'event_type: order.other\n',
  'events.json': '{"event_type": "a"}\n---\n{"event_type": "b"}\n',
  'no-event.json': '{"data": {}}',
}

async function explain(file: string, event: string, options: Partial<ExplainRulesOptions> = {}) {
  const terminal = recordingTerminal()
  const directory = temporaryFolder(files)
  const given = { paths: [join(directory, file)], event: join(directory, event) }
  const context = { terminal, json: false, configPath: undefined, environment: {} }
  const code = await explainRules({ ...context, ...given, ...options })
  return { code, text: terminal.printed.join('\n'), notes: terminal.notes.join('\n') }
}

describe('rules explain', () => {
  test('explains the rule of a file', async () => {
    const { code, text } = await explain('one.yaml', 'event.json')
    expect(text).toContain('one, event e-1: match, the expression is true')
    expect(code).toBe(0)
  })

  test('of several rules explains those that are for such events, and counts the others', async () => {
    const { text } = await explain('three.yaml', 'event.json')
    expect(text.match(/event e-1/g)).toHaveLength(2)
    expect(text).toMatch(/\n\nno match: 1 rule for other event types$/)
  })

  test('explains one rule of several, also one that is for other events', async () => {
    const { text } = await explain('three.yaml', 'event.yaml', { rule: 'four' })
    expect(text).toContain('no match, the rule is for order.filled, not for order.other')
  })

  test('writes a document a line for machines', async () => {
    const { text } = await explain('three.yaml', 'event.json', { json: true })
    const lines = text.split('\n')
    expect(lines.map(line => JSON.parse(line).result)).toEqual(['match', 'match', 'other_event_type'])
  })

  test.each([
    ['one.yaml', 'no-event.json', {}, 2, 'event_type is missing'],
    ['one.yaml', 'events.json', {}, 2, 'must hold one event, not 2'],
    ['one.yaml', 'nothing.json', {}, 2, 'no such file'],
    ['one.yaml', 'event.json', { rule: 'other' }, 2, 'there is no rule other'],
    ['nothing.yaml', 'event.json', {}, 2, 'there is no such file or folder'],
    ['wrong.yaml', 'event.json', {}, 3, 'event_types.0'],
  ])('%s with %s and %j ends with %i and says %s', async (file, event, options, code, words) => {
    const ended = await explain(file, event, options)
    expect([ended.code, ended.text]).toEqual([code, ''])
    expect(ended.notes).toContain(words)
  })

  test('explains rules of a running process, by their ids', async () => {
    const { url, ask } = await rulesServer()
    const body = {
      rule_id: 'live',
      name: 'live',
      event_types: ['trade.signal'],
      rule_config: { rule_type: 'traditional', pre_filter: { expression: 'volume > 5' } },
    }
    await ask('POST', '/rules', { body })
    const { code, text } = await explain('', 'event.json', { url, paths: ['live'] })
    expect(text).toContain('live, event e-1: match, the expression is true')
    expect(code).toBe(0)
    const unknown = await explain('', 'event.json', { url, paths: ['live', 'gone'] })
    expect(unknown).toEqual({ code: 1, text: '', notes: 'no rule is named gone' })
  })

  test('takes no rule of files where a process is asked', async () => {
    const directory = temporaryFolder(files)
    const flags = ['--event', 'event.json', '--rule', 'one', '--url', 'http://127.0.0.1:1']
    const { code, stderr } = await runCommand(['rules', 'explain', 'one', ...flags], { directory })
    expect([code, stderr]).toEqual([2, expect.stringContaining('cannot be used with')])
  })

  test('needs an event', async () => {
    const directory = temporaryFolder(files)
    const { code, stderr } = await runCommand(['rules', 'explain', 'one.yaml'], { directory })
    expect([code, stderr]).toEqual([2, expect.stringContaining('--event')])
  })
})
