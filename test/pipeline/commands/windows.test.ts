import { NEVER } from 'rxjs'
import { expect, onTestFinished, test } from 'vitest'
import { httpServer } from '../../../pipeline/http/http-server.ts'
import { LaneWatch } from '../../../pipeline/windows/lane-watch.ts'
import { windowRoutes } from '../../../pipeline/windows/window-routes.ts'
import { memoryPipeline } from '../../support/memory-pipeline.ts'
import { runCommand } from '../../support/run-command.ts'
import { temporaryFolder } from '../../support/temporary-folder.ts'

const rule = (id: string) => ({
  rule_id: id,
  name: id,
  event_types: [id],
  rule_config: { rule_type: 'llm', llm_config: { description: 'x', trigger_mode: 'batch', batch_size: 5 } },
})

/** A process with `count` windows open, and a folder to run commands in. */
async function start(count: number) {
  const watch = new LaneWatch()
  const pipeline = memoryPipeline({ rules: [rule('spree'), rule('calm')], model: () => () => NEVER, watch })
  const running = pipeline.start()
  for (let n = 0; n < count; n++)
    pipeline.send({ event_type: n === 0 ? 'calm' : 'spree', context_key: `k${n}` })
  const api = windowRoutes({ watch, now: () => pipeline.clock.now() })
  const onFailure = (error: unknown) => expect.fail(String(error))
  const server = await httpServer({ host: '127.0.0.1', port: 0, open: [], api, apiKeys: [], onFailure })
  onTestFinished(async () => {
    running.unsubscribe()
    await server.close()
  })
  const run = (args: string) =>
    runCommand(['windows', '--url', server.url, ...args.split(' ').filter(arg => arg !== '')], {
      directory: temporaryFolder({}),
    })
  return { run, running }
}

test('windows shows the lanes of a running process and what is open', async () => {
  const { run, running } = await start(3)
  const { code, stdout, stderr } = await run('')
  expect([code, stderr]).toEqual([0, ''])
  expect(stdout).toMatch(/^LANE +OPEN +JUDGING +COMMITTED +READ TO +AGE +HELD BY +RULE +KEY$/m)
  expect(stdout).toMatch(/^\d +calm +k0 +batch +1\/5 +2026-11-20T10:00:00Z +60\.0 s$/m)
  running.unsubscribe()
  expect(await run('')).toMatchObject({ code: 0, stderr: 'no lane of decide is open there\n' })
})

test('windows --json writes one document, over all pages and no more than asked for', async () => {
  const { run } = await start(1200)
  const all = JSON.parse((await run('--json --limit 5000')).stdout)
  expect([all.items.length, all.lanes.length]).toEqual([1200, 4])
  const some = await run('--json --limit 1001')
  expect(JSON.parse(some.stdout).items).toHaveLength(1001)
  expect(some.stderr).toBe('there are more windows: --limit 1001 is reached\n')
  expect(JSON.parse((await run('--json --rule calm')).stdout).items).toMatchObject([{ rule_id: 'calm' }])
})

test.each([
  ['--limit 0', /whole number above 0/],
  ['--limit x', /whole number above 0/],
])('windows refuses %s', async (args, problem) => {
  const { run } = await start(0)
  const { code, stderr } = await run(args)
  expect([code, stderr]).toEqual([2, expect.stringMatching(problem)])
})
