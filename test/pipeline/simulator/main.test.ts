import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'

const program = fileURLToPath(new URL('../../../pipeline/simulator/main.ts', import.meta.url))

function run(...options: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> {
  return new Promise(resolve => {
    execFile(process.execPath, [program, ...options], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : error.code, stdout, stderr })
    })
  })
}

test('prints its address, serves and stops on SIGTERM', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'simulator-'))
  const file = join(folder, 'answers.json')
  await writeFile(file, JSON.stringify([{ text: 'from the file' }]))
  const child = spawn(process.execPath, [
    program,
    '--port',
    '0',
    '--answers',
    file,
    '--latency-ms',
    'lognormal:1:0.1',
    '--profile',
    'P5',
    '--requests-per-minute',
    '60',
  ])
  const [chunk]: unknown[] = await once(child.stdout, 'data')
  const [, baseUrl = ''] =
    /^simulator listening on (http:\/\/127\.0\.0\.1:\d+\/v1)\n$/.exec(String(chunk)) ?? []
  const body = JSON.stringify({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
  const response = await fetch(`${baseUrl}/chat/completions`, { method: 'POST', body })
  expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'from the file' } }] })
  const settings = await fetch(baseUrl.replace('/v1', '/control'), { method: 'POST', body: '{}' })
  expect(await settings.json()).toMatchObject({
    quotaWindow: 'bucket',
    quotaSpanMs: 10_000,
    requestsPerMinute: 60,
    latencyMs: { medianMs: 1, sigma: 0.1 },
  })
  child.kill('SIGTERM')
  expect(await once(child, 'exit')).toEqual([0, null])
})

test('shows examples', async () => {
  const { code, stdout } = await run('--help')
  expect(code).toBe(0)
  expect(stdout).toContain('npm run simulator -- --latency-ms')
})

test.each([
  [['--error-rate', '2'], 'errorRate'],
  [['--port', 'x'], 'a number is needed'],
  [['--seed', '1.5'], 'whole number'],
  [['--quota-window', 'leaky'], 'sliding'],
  [['--profile', 'P10'], 'P9'],
  [['--error-status', '503,x'], 'a number is needed'],
  [['--network-ms', '75:15'], 'networkMs'],
  [['--rate-limit-headers', 'true'], 'rateLimitHeaders'],
  [['--answer-when', 'count >'], 'count >'],
  [['--answers', '/nowhere/at/all.json'], 'ENOENT'],
  [['--unknown'], 'unknown option'],
])('refuses %o as wrong usage', async (options, problem) => {
  const { code, stderr } = await run('--port', '0', ...options)
  expect(code).toBe(2)
  expect(stderr).toContain(problem)
})
