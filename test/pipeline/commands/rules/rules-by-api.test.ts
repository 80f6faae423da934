import { expect, test } from 'vitest'
import { createProgram } from '../../../../pipeline/create-program.ts'
import { freePort } from '../../../support/free-port.ts'
import { recordingTerminal } from '../../../support/recording-terminal.ts'
import { rulesServer } from '../../../support/rules-server.ts'
import { runCommand } from '../../../support/run-command.ts'
import { temporaryFolder } from '../../../support/temporary-folder.ts'

const file = (id: string, more = '') => `rule_id: ${id}
name: ${id}
event_types: [trade.signal]
rule_config: { rule_type: traditional, pre_filter: { expression: volume > 5 } }
${more}`

/** The command line at a process with rules in memory. */
async function start(files: Readonly<Record<string, string>> = {}) {
  const server = await rulesServer()
  const directory = temporaryFolder(files)
  const run = async (line: string, url = server.url) => {
    const terminal = recordingTerminal()
    let status: number | null = null
    const onEnd = (code: number) => (status = code)
    const program = createProgram({ version: '0', environment: {}, terminal, onEnd })
    const args = line.split(' ').map(arg => (arg in files ? `${directory}/${arg}` : arg))
    await program.parseAsync(['rules', ...args, '--url', url], { from: 'user' })
    return { status, printed: terminal.printed.join('\n'), notes: terminal.notes.join('\n') }
  }
  return { ...server, run, directory }
}

test('rules are applied, shown, switched and deleted at a running process', async () => {
  const files = { 'a.yaml': `${file('a')}---\n${file('b')}`, 'c.yaml': file('a', 'priority: 7\n') }
  const { run, store } = await start(files)
  const applied = await run('apply a.yaml --yes')
  expect([applied.status, applied.notes]).toEqual([0, 'applied: 2 created, 0 changed, 0 unchanged'])
  const changed = await run('apply c.yaml')
  expect(changed.printed).toBe('changed    a  version 2\n  priority: 100 -> 7')
  expect(store.rules.get('a')).toMatchObject({ priority: 7, metadata: { version: 2, updated_by: 'api' } })
  expect((await run('list')).printed).toMatch(/^a +2 +yes +7 +traditional +trade\.signal +a$/m)
  expect((await run('get a')).printed).toMatch(/^priority: 7$/m)
  expect((await run('disable a b')).printed).toBe('disabled   a\ndisabled   b')
  expect(store.rules.get('b')).toMatchObject({ enabled: false, metadata: { version: 2 } })
  expect((await run('delete b')).printed).toBe('deleted  b')
  expect(await run('get b')).toEqual({ status: 1, printed: '', notes: 'no rule is named b' })
})

test('what the process refuses is told, with what was written before', async () => {
  const model = `rule_config: { rule_type: llm, llm_config: { description: d, model: none } }`
  const wrong = file('b').replace(/rule_config.*/, model)
  const { run, store } = await start({ 'a.yaml': `${file('a')}---\n${wrong}` })
  await expect(run('apply a.yaml')).rejects.toMatchObject({
    code: 'api_refused',
    message: expect.stringMatching(
      /^b: rule_config\.llm_config\.model: no such model.*\n1 of 2 were written before$/,
    ),
  })
  expect([...store.rules.keys()]).toEqual(['a'])
})

test('rules whose own tests fail are written by force, as by the process itself', async () => {
  const failing =
    'tests: [{ name: t, events: [{ event_type: trade.signal, data: { volume: 6 } }], expect: { alerts: 0 } }]\n'
  const files = { 'a.yaml': file('a', failing), 'b.yaml': file('a', `priority: 7\n${failing}`) }
  const { run, store } = await start(files)
  expect((await run('apply a.yaml --yes')).status).toBe(3)
  expect((await run('apply a.yaml --yes --force')).status).toBe(0)
  expect((await run('apply b.yaml --yes --force')).status).toBe(0)
  expect(store.rules.get('a')).toMatchObject({ priority: 7, metadata: { version: 2 } })
})

test('a process that is not there is told so', async () => {
  const { run } = await start()
  const url = `http://127.0.0.1:${await freePort()}`
  await expect(run('list', url)).rejects.toMatchObject({ code: 'api_unreachable' })
})

test('through pipes nobody is asked, and there are no colours', async () => {
  const { url, directory } = await start({ 'a.yaml': file('a') })
  const applied = await runCommand(['rules', 'apply', 'a.yaml', '--url', url], { directory })
  expect([applied.code, applied.stderr]).toEqual([0, 'applied: 1 created, 0 changed, 0 unchanged\n'])
  expect(applied.stdout).toMatch(/^created {4}a {2}version 1\n {2}rule_id: none -> "a"\n/)
})
