import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rename, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const JAVA_VERSION_MIN = 17
const DOWNLOAD_TIMEOUT_MS = 300_000
const pom = fileURLToPath(new URL('./kafka/pom.xml', import.meta.url))

export const kafkaVersions = ['4.1.1', '3.9.1'] as const

export type KafkaVersion = (typeof kafkaVersions)[number]

/** A folder with the jars of a Kafka broker, or why there is none: `KAFKA_LIBS`, else the cache, else a download by Maven. */
export async function findKafkaLibs(
  version: KafkaVersion = '4.1.1',
): Promise<{ libs: string } | { skipped: string }> {
  const problem = await javaProblem()
  if (problem !== null) return { skipped: problem }
  const given = process.env['KAFKA_LIBS']
  if (given !== undefined && given !== '') return { libs: given }
  const caches = process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache')
  const cached = join(caches, 'llmtrigger', `kafka-${version}-tools`)
  if (existsSync(cached)) return { libs: cached }
  try {
    await download(version, cached)
    return { libs: cached }
  } catch (error) {
    return {
      skipped: `no KAFKA_BROKERS, no KAFKA_LIBS, no Docker, and Maven cannot fetch the jars: ${firstLine(error)}`,
    }
  }
}

async function javaProblem(): Promise<string | null> {
  try {
    const { stderr } = await run('java', ['-version'])
    const version = Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0)
    return version >= JAVA_VERSION_MIN ? null : `Java ${version} is too old, ${JAVA_VERSION_MIN} is needed`
  } catch (error) {
    return `no Java can be run: ${firstLine(error)}`
  }
}

// Into a folder of its own and renamed when complete, so that a broken or a second download never leaves half a set.
async function download(version: KafkaVersion, target: string): Promise<void> {
  await mkdir(dirname(target), { recursive: true })
  const temporary = await mkdtemp(`${target}-`)
  const into = ['-DincludeScope=runtime', `-DoutputDirectory=${temporary}`]
  const goal = [`-Dkafka.version=${version}`, 'dependency:copy-dependencies', ...into]
  try {
    await run('mvn', ['-q', '-B', '-f', pom, ...goal], { timeout: DOWNLOAD_TIMEOUT_MS })
    await rename(temporary, target)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(target)) throw error
  }
}

function firstLine(error: unknown): string {
  return String(error).split('\n')[0] ?? ''
}
