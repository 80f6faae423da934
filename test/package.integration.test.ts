import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'

const run = promisify(execFile)
const root = fileURLToPath(new URL('..', import.meta.url))
const packedSchema = z.array(
  z.object({ filename: z.string(), files: z.array(z.object({ path: z.string() })) }),
)

describe('the published package', () => {
  let folder = ''
  let files: readonly string[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llmtrigger-package-'))
    await npm(root, ['run', 'build'])
    // Built apart, so that nothing but the list is on stdout.
    const { stdout } = await npm(root, ['pack', '--json', '--ignore-scripts', '--pack-destination', folder])
    const [packed] = packedSchema.parse(JSON.parse(stdout))
    if (packed === undefined) throw new Error('npm pack made nothing')
    files = packed.files.map(({ path }) => path)
    await writeFile(join(folder, 'package.json'), '{ "private": true }')
    await npm(folder, ['install', '--ignore-scripts', '--prefer-offline', join(folder, packed.filename)])
  })

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
  })

  test('holds what runs and what is read, and neither sources nor tests', () => {
    const entries = new Set(files.map(path => path.split('/')[0]))
    const expected = ['LICENSE', 'README.md', 'dist', 'docs', 'examples', 'grafana', 'package.json']
    expect([...entries].filter(entry => !expected.includes(entry ?? ''))).toEqual([])
    expect(files).toContain('dist/pipeline/main.js')
    expect(files.filter(path => path.startsWith('dist/test'))).toEqual([])
  })

  test('is a command that says its version', async () => {
    const { version } = z.object({ version: z.string() }).parse(JSON.parse(await readText('package.json')))
    const { stdout } = await llmtrigger(['--version'])
    expect(stdout.trim()).toBe(version)
  })

  test('is a command that lists its commands', async () => {
    const { stdout } = await llmtrigger(['--help'])
    for (const command of ['demo', 'run', 'topics', 'rules', 'doctor']) expect(stdout).toContain(command)
  })

  test('runs the demo with nothing else installed', async () => {
    const { stdout } = await llmtrigger(['demo'])
    expect(stdout).not.toBe('')
  })

  async function llmtrigger(commandArguments: readonly string[]): Promise<{ readonly stdout: string }> {
    const command = join(folder, 'node_modules', '.bin', 'llmtrigger')
    return run(command, commandArguments, { cwd: folder, env: environment() })
  }
})

async function readText(path: string): Promise<string> {
  return readFile(join(root, path), 'utf8')
}

async function npm(cwd: string, npmArguments: readonly string[]): Promise<{ readonly stdout: string }> {
  try {
    return await run('npm', npmArguments, { cwd, env: environment() })
  } catch (error) {
    // The compiler names its faults on stdout, which the error itself does not show.
    const { stdout } = z.object({ stdout: z.string() }).parse(error)
    throw new Error(`npm ${npmArguments.join(' ')}\n${stdout}`, { cause: error })
  }
}

/** This Node comes first, and what the npm around this test has set for its own project is left out. */
function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name))
  const path = [dirname(process.execPath), process.env['PATH'] ?? ''].join(delimiter)
  return { ...Object.fromEntries(own), PATH: path }
}
